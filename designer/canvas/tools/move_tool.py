"""Moving cards and comments."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt

from designer.canvas import metrics as m
from designer.canvas.items.guides_item import GuidesItem
from designer.canvas.tools.guides import align
from designer.canvas.tools.tool import Pointer, Tool
from designer.document import editing
from engine.core.errors import GradloomError
from engine.design import edits as e
from engine.design.elements import Edge


class MoveTool(Tool):
    """Moves the selected cards and comments on the grid, with guides where they line up with others.

    A comment takes the cards inside it along. A single card without wires, let go over a wire, is put into that wire.
    """

    CURSOR = Qt.CursorShape.SizeAllCursor
    SCROLLS = True

    def press(self, pointer: Pointer) -> None:
        design = self.document.design
        self._begin = pointer.scene_pos
        self._notes = {n: self.scene.notes[n].rect() for n in self.selection.notes if n in self.scene.notes}
        nodes = [n for n in self.selection.nodes if n in design.nodes]
        for rect in self._notes.values():
            nodes += [n for n, item in self.scene.nodes.items() if rect.contains(item.rect())]
        self._start = {n: QPointF(self.scene.nodes[n].pos()) for n in dict.fromkeys(nodes)}
        self._edges = self.scene.wires_at(self._start)
        self._bounds = self.scene.content_rect(self._start)
        self._others = [
            item.rect() for node_id, item in self.scene.nodes.items() if node_id not in self._start
        ]
        self._shift = QPointF()
        self._guides = GuidesItem(self.scene.style_)
        self.scene.addItem(self._guides)
        alone = len(self._start) == 1 and not self._notes
        self._loose = alone and editing.can_splice(design, next(iter(self._start)))
        self._onto: Edge | None = None

    def move(self, pointer: Pointer) -> None:
        wish = pointer.scene_pos - self._begin
        if pointer.shift:  # along one axis only
            wish = QPointF(wish.x(), 0) if abs(wish.x()) > abs(wish.y()) else QPointF(0, wish.y())
        lead = next(iter(self._start.values()), None) or next(iter(self._notes.values())).topLeft()
        shift = m.snapped(lead + wish) - lead
        if pointer.alt:  # off the grid
            shift = wish
        elif self._start:
            shift, lines = align(self._bounds, shift, self._near(shift))
            self._guides.set_lines(lines)
        if shift == self._shift:
            return
        self._shift = shift
        self.scene.preview({n: at + shift for n, at in self._start.items()}, self._edges)
        for note_id, rect in self._notes.items():
            self.scene.notes[note_id].setPos(rect.topLeft() + shift)
        if self._loose:
            self._mark_wire()

    def release(self, pointer: Pointer) -> None:
        self._finish()
        if self._shift.isNull():
            self.scene.restore(self._start)
            return
        places = {n: (at.x() + self._shift.x(), at.y() + self._shift.y()) for n, at in self._start.items()}
        count = len(places) + len(self._notes)
        names = [self.document.design.nodes[n].name for n in places]
        label = f"Move {names[0]}" if count == 1 and names else f"Move {count} items"
        edits: list[e.Edit] = [*editing.moving(self.document.design, places), *self._note_edits()]
        if self._onto is not None:
            node_id = next(iter(places))
            try:
                edits = editing.splicing(self.document.design, self._onto, node_id, places[node_id])
                label = f"Put {names[0]} on a wire"
            except GradloomError as error:
                self.view.tell(str(error))
        self.document.push(label, edits)

    def cancel(self) -> None:
        self._finish()
        self.scene.restore(self._start)
        for note_id, rect in self._notes.items():
            if note_id in self.scene.notes:
                self.scene.notes[note_id].setPos(rect.topLeft())

    def _near(self, shift: QPointF) -> list[QRectF]:
        """Return the cards in view that the moved ones could line up with."""
        view = self.view.visible_rect()
        return [rect for rect in self._others if rect.intersects(view)]

    def _mark_wire(self) -> None:
        node_id = next(iter(self._start))
        center = self.scene.nodes[node_id].rect().center()
        found = self.scene.wire_at(center, 24.0)
        if found != self._onto:
            for edge, on in ((self._onto, False), (found, True)):
                if edge is not None and edge in self.scene.wires:
                    self.scene.wires[edge].set_flag(hovered=on)
            self._onto = found

    def _note_edits(self) -> list[e.Edit]:
        edits: list[e.Edit] = []
        for note_id, rect in self._notes.items():
            note = self.document.design.notes[note_id]
            x, y = rect.left() + self._shift.x(), rect.top() + self._shift.y()
            moved = msgspec.structs.replace(note, rectangle=(x, y, rect.width(), rect.height()))
            edits.append(e.ReplaceNote(moved))
        return edits

    def _finish(self) -> None:
        self.scene.removeItem(self._guides)
        if self._onto is not None and self._onto in self.scene.wires:
            self.scene.wires[self._onto].set_flag(hovered=False)
