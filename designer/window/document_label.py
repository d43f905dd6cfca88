"""The document's name at the right end of the top bar, with a dot while there is something to save."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import scaled
from designer.common.theme import theme

KEPT = 190
"""The most that name and state keep for themselves where the bar is narrow."""


class DocumentLabel(QWidget):
    """Name, then "● edited" or "read-only". The name gives way where there is little room, the state never does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._state = "", ""
        self._bold = scaled(self.font(), 1.0, bold=True)
        self._small = scaled(self.font(), 0.88)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_document(self, name: str, *, modified: bool, read_only: bool, tip: str) -> None:
        """Show a document's name and state; the tip says where its file is."""
        self._name = name
        self._state = "edited" if modified else "read-only" if read_only else ""
        self.setToolTip(tip)
        self.setAccessibleName(f"{name}, {self._state}" if self._state else name)
        self.updateGeometry()
        self.update()

    @property
    def state(self) -> str:
        """ "edited", "read-only" or ""."""
        return self._state

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._bold).horizontalAdvance(self._name) + self._state_width()
        return QSize(width + 4, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), KEPT), 24)

    def _state_width(self) -> int:
        return 22 + QFontMetrics(self._small).horizontalAdvance(self._state) if self._state else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self._bold)
        room = self.width() - self._state_width()
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        left = self.width() - self._state_width() - metrics.horizontalAdvance(name)
        painter.setFont(self._bold)
        painter.setPen(theme().color("text"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(left, 0, room, self.height()), middle, name)
        if not self._state:
            return
        edge = self.width() - self._state_width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("warning" if self._state == "edited" else "text_muted"))
        painter.drawEllipse(QPointF(edge + 12, self.height() / 2), 3.0, 3.0)
        painter.setPen(theme().color("text_muted"))
        painter.setFont(self._small)
        painter.drawText(QRect(edge + 20, 0, self.width() - edge - 20, self.height()), middle, self._state)
