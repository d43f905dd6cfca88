"""Selecting by a rectangle."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from designer.canvas.items.band_item import BandItem
from designer.canvas.tools.tool import Pointer, Tool


class RubberBandTool(Tool):
    """Selects what the rectangle touches, live; Shift adds to what was selected, Ctrl toggles it."""

    SCROLLS = True

    def press(self, pointer: Pointer) -> None:
        self._corner = pointer.scene_pos
        chosen = self.selection
        self._before = (chosen.nodes, chosen.edges, chosen.notes)
        self._item = BandItem(self.scene.style_)
        self.scene.addItem(self._item)

    def move(self, pointer: Pointer) -> None:
        rect = QRectF(self._corner, pointer.scene_pos).normalized()
        self._item.set_rect(rect)
        nodes = [n for n, item in self.scene.nodes.items() if item.rect().intersects(rect)]
        notes = [n for n, item in self.scene.notes.items() if rect.contains(item.rect())]
        inside = set(nodes)
        edges = [x for x in self.scene.wires if x.source in inside and x.target in inside]
        was_nodes, was_edges, was_notes = self._before
        if pointer.control:
            self.selection.set(
                [n for n in was_nodes if n not in inside] + [n for n in nodes if n not in was_nodes],
                [x for x in was_edges if x not in edges] + [x for x in edges if x not in was_edges],
                [n for n in was_notes if n not in notes] + [n for n in notes if n not in was_notes],
            )
        elif pointer.shift:
            self.selection.set([*was_nodes, *nodes], [*was_edges, *edges], [*was_notes, *notes])
        else:
            self.selection.set(nodes, edges, notes)

    def release(self, pointer: Pointer) -> None:
        self.scene.removeItem(self._item)

    def cancel(self) -> None:
        self.scene.removeItem(self._item)
        nodes, edges, notes = self._before
        self.selection.set(nodes, edges, notes)
