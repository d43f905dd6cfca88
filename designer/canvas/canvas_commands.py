"""What can be done on the canvas, by whichever hand: mouse, key, menu or another panel. Each is one undo step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from designer.canvas import connecting
from designer.canvas import metrics as m
from designer.canvas.connecting import End
from designer.canvas.placement import free_rect
from designer.canvas.search.entries import layer_entries
from designer.common.text import count_noun
from designer.document import editing
from designer.document.document import Document
from designer.document.selection import Selection
from engine.core.errors import GradloomError
from engine.core.problems import Repair
from engine.design import edits as e
from engine.design.block_library import title_of
from engine.design.elements import Edge
from engine.design.layout import COLUMN_GAP, NODE_SIZE, layout

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


class CanvasCommands(QObject):
    """The commands that need to know where things lie; those that don't are in `EditCommands`."""

    def __init__(self, view: CanvasView, document: Document, selection: Selection) -> None:
        super().__init__(view)
        self._view = view
        self._document = document
        self._selection = selection

    # ------------------------------------------------------------------ adding

    def add_layer(
        self,
        type_name: str,
        at: QPointF | None = None,
        end: End | None = None,
        otherwise: QPointF | None = None,
    ) -> str:
        """Add a layer and select it; return its node's id, or "" where it could not be added.

        `end` is the fixed end of a wire that leads to it. Without a place it goes after the selected node, joined to
        it where it fits and that node feeds nothing yet, or else to `otherwise` or the middle of the view.
        """
        if at is None and end is None:
            end = self._loose_end()
            if end is not None and not self._fits(end, type_name):
                end = None
        if at is None and end is None:
            at = otherwise
        place = self._free_place(at, end)
        position = (place.x(), place.y())
        try:
            if end is None:
                edits, node_id = editing.addition(self._document.design, type_name, position)
            elif end.output:
                start = (end.node, end.port)
                edits, node_id = editing.attachment(self._document.design, type_name, position, source=start)
            else:
                goal = (end.node, end.port)
                edits, node_id = editing.attachment(self._document.design, type_name, position, target=goal)
        except (GradloomError, TypeError) as error:
            self._view.tell(str(error))
            return ""
        self._document.push(f"Add {title_of(self._document.design, type_name)}", edits)
        self._selection.set([node_id])
        self._view.ensure_seen([node_id])
        return node_id

    def insert_on_wire(self, type_name: str, edge: Edge) -> str:
        """Put a new layer on a wire, moving what follows aside; return its node's id, or ""."""
        design = self._document.design
        scene = self._view.canvas_scene
        try:
            edits, node_id = editing.insertion_on(design, edge, type_name, sizes=scene.sizes())
        except (GradloomError, TypeError) as error:
            self._view.tell(str(error))
            return ""
        self._document.push(f"Insert {title_of(self._document.design, type_name)}", edits)
        self._selection.set([node_id])
        return node_id

    def add_note(self) -> str:
        """Frame the selected nodes with a comment, or put an empty one in the middle of the view; return its id."""
        scene, chosen = self._view.canvas_scene, list(self._selection.nodes)
        middle = m.snapped(self._view.visible_rect().center() - QPointF(120, 64))
        edits, note_id = editing.commenting(self._document.design, chosen, at=(middle.x(), middle.y()))
        if chosen and isinstance(edits[0], e.AddNote):
            # The cards' real sizes are known here.
            around = scene.content_rect(chosen).adjusted(-2 * m.GRID, -3 * m.GRID, 2 * m.GRID, 2 * m.GRID)
            rect = m.snapped_rect(around)
            note = type(edits[0].note)(
                id=note_id, rectangle=(rect.x(), rect.y(), rect.width(), rect.height())
            )
            edits = [e.AddNote(note)]
        self._document.push("Add a comment", edits)
        self._selection.set(notes=[note_id])
        return note_id

    # ------------------------------------------------------------------ wires

    def draw_wire(self, edge: Edge) -> bool:
        """Draw a wire; return whether a rule allowed it (the reason is shown where not)."""
        design = self._document.design
        try:
            edits = connecting.connect_edits(self._document, edge)
        except GradloomError as error:
            self._view.tell(str(error))
            return False
        names = design.nodes[edge.source].name, design.nodes[edge.target].name
        self._document.push(f"Connect {names[0]} to {names[1]}", edits)
        return True

    def remove_wires(self, edges: Iterable[Edge]) -> None:
        """Take wires out."""
        gone = list(edges)
        edits = editing.deletion(self._document.design, (), gone)
        self._document.push(f"Remove {count_noun(len(gone), 'wire')}", edits)

    def apply_repair(self, repair: Repair) -> None:
        """Carry out a proposed cure."""
        try:
            self._document.push(repair.label, self._placed(repair))
        except GradloomError as error:
            self._view.tell(str(error))

    # ------------------------------------------------------------------ places

    def lay_out(self) -> None:
        """Put every node (or the selected ones, where several are) in its place, and show them all."""
        design, scene = self._document.design, self._view.canvas_scene
        chosen = [n for n in self._selection.nodes if n in design.nodes]
        if len(chosen) > 1:
            part = design.copy()
            for edit in part.removal(set(part.nodes) - set(chosen)):
                part.apply(edit)
            corner = scene.content_rect(chosen).topLeft()
            places = layout(part, sizes=scene.sizes(), origin=(m.snap(corner.x()), m.snap(corner.y())))
        else:
            places = layout(design, sizes=scene.sizes())
        edits = editing.moving(design, places)
        self._document.push("Lay out", edits)
        if len(chosen) <= 1:
            scene.settle()
            self._view.fit_all()

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected nodes and comments by a step; steps that follow each other are one undo step."""
        import msgspec

        scene, design = self._view.canvas_scene, self._document.design
        places = {n: scene.nodes[n].pos() for n in self._selection.nodes if n in scene.nodes}
        edits = editing.moving(design, {n: (at.x() + dx, at.y() + dy) for n, at in places.items()})
        for note_id in self._selection.notes:
            x, y, width, height = design.notes[note_id].rectangle
            moved = msgspec.structs.replace(design.notes[note_id], rectangle=(x + dx, y + dy, width, height))
            edits.append(e.ReplaceNote(moved))
        what = count_noun(len(edits), "item")
        key = "nudge " + " ".join([*self._selection.nodes, *self._selection.notes])
        self._document.push(f"Move {what}", edits, merge=key)

    def _placed(self, repair: Repair) -> list[e.Edit]:
        """Return a repair's edits, with a free place for each node that it would put on top of another."""
        scene = self._view.canvas_scene
        taken = [item.rect() for item in scene.nodes.values()]
        edits: list[e.Edit] = []
        for edit in repair.edits:
            if isinstance(edit, e.AddNode) and edit.node.position is not None:
                x, y = edit.node.position
                rect = free_rect(QRectF(x, y, *NODE_SIZE), taken)
                taken.append(rect)
                edit = e.AddNode(edit.node.with_(position=(rect.x(), rect.y())), edit.index)
            edits.append(edit)
        return edits

    def _fits(self, end: End, type_name: str) -> bool:
        return any(entry.payload == type_name for entry in layer_entries(self._document, end))

    def _loose_end(self) -> End | None:
        """Return the output of the one selected node, if nothing hangs on it yet."""
        chosen = self._selection.nodes
        if len(chosen) != 1:
            return None
        node = self._document.design.nodes[chosen[0]]
        if not node.layer.OUTPUTS or self._document.design.outgoing(node.id):
            return None
        return End(node.id, True, node.layer.OUTPUTS[0].name)

    def _free_place(self, at: QPointF | None, end: End | None) -> QPointF:
        scene = self._view.canvas_scene
        if at is None and end is not None:
            rect = scene.nodes[end.node].rect()
            at = QPointF(m.snap(rect.right() + COLUMN_GAP), rect.top())
        elif at is None:
            at = self._view.visible_rect().center() - QPointF(NODE_SIZE[0] / 2, NODE_SIZE[1] / 2)
        elif end is not None:
            # The port, not the corner, comes to lie where the wire was let go.
            at -= QPointF(0 if end.output else NODE_SIZE[0], m.PORT_TOP)
        wish = QRectF(m.snapped(at), QPointF(m.snapped(at)) + QPointF(*NODE_SIZE))
        return free_rect(wish, [item.rect() for item in scene.nodes.values()]).topLeft()
