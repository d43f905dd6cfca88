"""A search field with the key that opens it written at its right end."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from designer.common.text import scaled
from designer.common.theme import theme


class SearchField(QLineEdit):
    """A line for words to search for."""

    def __init__(self, placeholder: str, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._hint and not self.text():
            painter = QPainter(self)
            painter.setFont(scaled(self.font(), 0.9))
            painter.setPen(theme().color("placeholder"))
            area = QRect(0, 0, self.width() - 10, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._hint)
