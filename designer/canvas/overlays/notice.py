"""A line at the foot of the canvas that says why something was refused, and goes away by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

SECONDS = 6
MARGIN = 16


class Notice(QLabel):
    """Shows a message; a click takes it away."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)  # not the viewport, whose children move along when it scrolls
        self._view = view
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("Notice")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_text(self, message: str) -> None:
        """Show a message for some seconds."""
        style = self._view.style_
        color = style.theme.color
        self.setStyleSheet(
            f"background: {style.panel.name()}; color: {style.text.name()}; border: 1px solid {style.border.name()};"
            f"border-left: 3px solid {color('warning').name()}; border-radius: 6px; padding: 8px 12px;"
        )
        self.setText(f"▲  {message}")
        self.place()
        self.show()
        self.raise_()
        if self._view.isVisible():
            self._timer.start()

    def place(self) -> None:
        """Lie in the middle of the lower edge."""
        room = self._view.viewport().size()
        width = min(560, room.width() - 2 * MARGIN)
        line = self.fontMetrics().horizontalAdvance(self.text()) + 40
        self.setFixedWidth(max(80, min(width, line)))
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, room.height() - self.height() - MARGIN)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._timer.stop()
        self.hide()
