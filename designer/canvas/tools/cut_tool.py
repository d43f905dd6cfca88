"""Cutting wires with a stroke."""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.canvas.items.band_item import CutItem
from designer.canvas.items.wire_item import outlined
from designer.canvas.tools.tool import Pointer, Tool
from designer.common.text import count_noun
from designer.document import editing


class CutTool(Tool):
    """Removes every wire that the stroke crosses; they fade while it is drawn."""

    CURSOR = Qt.CursorShape.CrossCursor

    def press(self, pointer: Pointer) -> None:
        self._item = CutItem(self.scene.style_)
        self.scene.addItem(self._item)
        self._item.begin(pointer.scene_pos)

    def move(self, pointer: Pointer) -> None:
        self._item.extend(pointer.scene_pos)
        stroke = outlined(self._item.path())
        for wire in self.scene.wires.values():
            wire.set_flag(faded=wire.crossed_by(stroke))

    def release(self, pointer: Pointer) -> None:
        cut = [edge for edge, wire in self.scene.wires.items() if wire.faded]
        self.cancel()
        self.document.push(
            f"Cut {count_noun(len(cut), 'wire')}", editing.deletion(self.document.design, (), cut)
        )

    def cancel(self) -> None:
        self.scene.removeItem(self._item)
        for wire in self.scene.wires.values():
            wire.set_flag(faded=False)
