"""The guide in a window of its own, which stays open beside the work."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from designer.inspector.guide_view import GuideView


class GuideDialog(QDialog):
    """Shows the guide; it opens at its first page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Guide")
        self.view = GuideView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        wish = self.view.sizeHint()
        self.resize(min(wish.width(), parent.width() - 40), min(wish.height(), parent.height() - 60))
        self.view.list.setFocus()
