"""A press that may become a click or a drag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from designer.canvas.hits import Hit
from designer.canvas.tools.move_tool import MoveTool
from designer.canvas.tools.rubber_band_tool import RubberBandTool
from designer.canvas.tools.tool import Pointer, Tool
from engine.design.elements import Edge

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


class SelectTool(Tool):
    """Selects what is clicked; once the pointer has moved far enough it hands over to moving or to the rubber band."""

    def __init__(self, view: CanvasView, hit: Hit) -> None:
        super().__init__(view)
        self._hit = hit
        self._start: Pointer | None = None
        self._was_selected = False

    def press(self, pointer: Pointer) -> None:
        self._start = pointer
        self._was_selected = self._is_selected()
        if self._hit.kind in ("node", "note") and not self._was_selected and not pointer.control:
            self._select(add=pointer.shift)

    def move(self, pointer: Pointer) -> None:
        assert self._start is not None
        distance = (pointer.view_pos - self._start.view_pos).manhattanLength()
        if distance < QApplication.startDragDistance():
            return
        if self._hit.kind in ("node", "note"):
            if not self._is_selected():
                self._select(add=True)
            self.view.input.hand_over(MoveTool(self.view), self._start, pointer)
        else:
            self.view.input.hand_over(RubberBandTool(self.view), self._start, pointer)

    def release(self, pointer: Pointer) -> None:
        if self._hit.kind == "canvas":
            if not (pointer.shift or pointer.control):
                self.selection.clear()
        elif pointer.control:
            self._toggle()
        elif pointer.shift:
            self._select(add=True)
        else:
            self._select(add=False)

    def _is_selected(self) -> bool:
        hit, chosen = self._hit, self.selection
        return hit.node in chosen.nodes or hit.note in chosen.notes or hit.edge in chosen.edges

    def _own(self) -> tuple[list[str], list[Edge], list[str]]:
        hit = self._hit
        return (
            [hit.node] if hit.node else [],
            [hit.edge] if hit.edge is not None else [],
            [hit.note] if hit.note else [],
        )

    def _select(self, *, add: bool) -> None:
        nodes, edges, notes = self._own()
        if add:
            chosen = self.selection
            # What is selected again comes last, so that it becomes the current node.
            kept = [node for node in chosen.nodes if node not in nodes]
            self.selection.set([*kept, *nodes], [*chosen.edges, *edges], [*chosen.notes, *notes])
        else:
            self.selection.set(nodes, edges, notes)

    def _toggle(self) -> None:
        nodes, edges, notes = self._own()
        chosen = self.selection
        if self._was_selected:
            self.selection.set(
                [n for n in chosen.nodes if n not in nodes],
                [x for x in chosen.edges if x not in edges],
                [n for n in chosen.notes if n not in notes],
            )
        else:
            self._select(add=True)
