"""Moving the view by the overview in the corner."""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.canvas.tools.tool import Pointer, Tool


class MinimapTool(Tool):
    """Centres the view where the overview is pressed, and follows the pointer there."""

    CURSOR = Qt.CursorShape.PointingHandCursor

    def press(self, pointer: Pointer) -> None:
        self._before = self.view.visible_rect().center()
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        self.view.centerOn(self.view.minimap.scene_point(pointer.view_pos))

    def cancel(self) -> None:
        self.view.centerOn(self._before)
