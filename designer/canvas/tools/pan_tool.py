"""Panning: the canvas follows the hand."""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.canvas.tools.tool import Pointer, Tool


class PanTool(Tool):
    """Moves the view with the pointer."""

    CURSOR = Qt.CursorShape.ClosedHandCursor

    def press(self, pointer: Pointer) -> None:
        self._last = self._start = pointer.view_pos

    def move(self, pointer: Pointer) -> None:
        self.view.pan_by(pointer.view_pos - self._last)
        self._last = pointer.view_pos

    def cancel(self) -> None:
        self.view.pan_by(self._start - self._last)
