"""A graphics view that hands every event on, instead of to its items."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView

if TYPE_CHECKING:
    from designer.canvas.input_router import InputRouter


class InputView(QGraphicsView):
    """Forwards input to its router."""

    input: InputRouter | None = None

    def event(self, event: QEvent) -> bool:
        # What a widget on top lets through arrives here rather than at the viewport, and Qt would drop it.
        handlers: dict[QEvent.Type, Callable[[Any], None]] = {
            QEvent.Type.DragEnter: self.dragEnterEvent,
            QEvent.Type.DragMove: self.dragMoveEvent,
            QEvent.Type.DragLeave: self.dragLeaveEvent,
            QEvent.Type.Drop: self.dropEvent,
            QEvent.Type.MouseButtonDblClick: self.mouseDoubleClickEvent,
        }
        if event.type() not in handlers:
            return super().event(event)
        handlers[event.type()](event)
        return event.isAccepted()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.input is not None:
            self.input.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.input is not None:
            self.input.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.input is not None:
            self.input.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.input is not None:
            self.input.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.input is not None:
            self.input.context_menu(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.input is not None:
            self.input.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.input is not None:
            self.input.key_press(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self.input is not None:
            self.input.key_release(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search palette, except from a widget on the canvas; Shift+Tab leaves."""
        return False if forward and self.hasFocus() else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.input is not None:
            self.input.focus_lost(Qt.FocusReason(event.reason()))
        super().focusOutEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.input is not None:
            self.input.drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self.input is not None:
            self.input.drag(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self.input is not None:
            self.input.drag_leave(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self.input is not None:
            self.input.drop(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if self.input is not None and self.input.viewport_event(event):
            return True
        return super().viewportEvent(event)
