"""Drawing a wire from a port, and moving an end of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from designer.canvas import connecting
from designer.canvas.connecting import End
from designer.canvas.items.wire_preview_item import WirePreviewItem
from designer.canvas.routing import plain_path
from designer.canvas.tools.tool import Pointer, Tool
from engine.core.errors import GradloomError
from engine.design.elements import Edge

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

MOST_GLOWING = 120
"""Beyond so many cards in view their ports are too small to glow, and asking each rule would take too long."""


class WireTool(Tool):
    """Leads a wire from a fixed end to the pointer, and says at the pointer what would happen there.

    Let go where it began, it does no more than a click.
    With `held`, that wire's other end was taken into the hand: dropped on empty canvas, the wire is removed.
    """

    CURSOR = Qt.CursorShape.CrossCursor
    SCROLLS = True

    def __init__(self, view: CanvasView, end: End, held: Edge | None = None) -> None:
        super().__init__(view)
        self.end = end
        self._held = held
        self._goal: End | None = None
        self._home = False
        self._reason = ""

    def press(self, pointer: Pointer) -> None:
        item = self.scene.nodes[self.end.node]
        number = item.port_number(self.end.output, self.end.port)
        self._anchor = item.port_position(self.end.output, number)
        self._item = WirePreviewItem(self.scene.style_, self._anchor, forward=self.end.output)
        self.scene.addItem(self._item)
        if self._held is not None:
            self.scene.wires[self._held].set_flag(faded=True)
        self._glow()
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        self._aim(pointer)
        at = pointer.scene_pos
        if self._goal is not None:
            item = self.scene.nodes[self._goal.node]
            at = item.port_position(self._goal.output, item.port_number(self._goal.output, self._goal.port))
        start, stop = (self._anchor, at) if self.end.output else (at, self._anchor)
        path = self.scene.router.path_between(start, stop) if self._goal else plain_path(start, stop)
        self._item.follow(path, pointer.scene_pos, self._label(), self._state())

    def release(self, pointer: Pointer) -> None:
        goal, reason = self._goal, self._reason
        self.cancel()
        if goal is not None:
            edge = connecting.edge_between(self.end, goal)
            assert edge is not None
            if reason:
                self.view.offer_cures(edge, self._held, reason, pointer.view_pos)
            else:
                self.connect_to(edge)
        elif self._reason:
            self.view.tell(self._reason)
        elif self._home:
            if self._held is None:
                self.selection.set([self.end.node])
        elif self._held is not None:
            self.view.commands.remove_wires([self._held])
        else:
            self.view.open_search(pointer.scene_pos, end=self.end)

    def cancel(self) -> None:
        self.scene.removeItem(self._item)
        for item in self.scene.nodes.values():
            item.set_flag(glowing=frozenset(), target=False)
        if self._held is not None and self._held in self.scene.wires:
            self.scene.wires[self._held].set_flag(faded=False)

    def connect_to(self, edge: Edge) -> None:
        """Push the wire."""
        design = self.document.design
        names = design.nodes[edge.source].name, design.nodes[edge.target].name
        verb = "Connect" if self._held is None else "Re-plug"
        try:
            edits = connecting.connect_edits(self.document, edge, self._held)
        except GradloomError as error:
            self.view.tell(str(error))
            return
        self.document.push(f"{verb} {names[0]} to {names[1]}", edits)

    def _aim(self, pointer: Pointer) -> None:
        """Find the port that the wire would end at: the one at the pointer, or the best one of the card there."""
        self._goal, self._reason, self._home = None, "", False
        hit = self.scene.hit(pointer.scene_pos, self.view.tolerance())
        node_id = hit.node if hit.kind in ("port", "node") else ""
        if node_id == self.end.node:
            self._home = True
            away = (pointer.scene_pos - self._anchor).manhattanLength()
            self._reason = f"{self._name(node_id)} can't feed itself." if away > 40 else ""
            node_id = ""
        for item in self.scene.nodes.values():
            item.set_flag(target=False)
        if not node_id:
            return
        if hit.kind == "port" and hit.port[0] != self.end.output:
            item = self.scene.nodes[node_id]
            ports = item.content.outputs if hit.port[0] else item.content.inputs
            self._goal = End(node_id, hit.port[0], ports[hit.port[1]].name)
            edge = connecting.edge_between(self.end, self._goal)
            assert edge is not None
            unchanged = edge == self._held
            self._reason = "" if unchanged else connecting.refusal(self.document, edge, self._held)
        else:
            self._goal, self._reason = connecting.first_fitting_port(
                self.document, self.end, node_id, self._held
            )
        if self._goal is not None and not self._reason:
            self.scene.nodes[node_id].set_flag(target=True)

    def _label(self) -> str:
        if self._reason:
            return self._reason
        if self._goal is not None and (edge := connecting.edge_between(self.end, self._goal)) is not None:
            return connecting.shape_label(self.document, edge)
        return connecting.port_shape(self.document, self.end)

    def _state(self) -> str:
        if self._reason:
            return "refused"
        return "fits" if self._goal is not None else "loose"

    def _name(self, node_id: str) -> str:
        return self.document.design.nodes[node_id].name

    def _glow(self) -> None:
        """Light up the ports in view at which the wire could end."""
        view = self.view.visible_rect()
        near = [item for item in self.scene.nodes.values() if item.rect().intersects(view)]
        if len(near) > MOST_GLOWING or self.scene.simple:
            return
        for item in near:
            ports = item.content.inputs if self.end.output else item.content.outputs
            fitting = set()
            for number, port in enumerate(ports):
                edge = connecting.edge_between(self.end, End(item.node_id, not self.end.output, port.name))
                if edge is not None and not connecting.refusal(self.document, edge, self._held):
                    fitting.add((not self.end.output, number))
            item.set_flag(glowing=frozenset(fitting))


def far_end(view: CanvasView, edge: Edge, at: QPointF) -> End:
    """Return the end of a wire that stays fixed when it is taken hold of at a point: the farther one."""
    start, stop = view.canvas_scene.router.ends(edge)
    near_target = (stop - at).manhattanLength() <= (start - at).manhattanLength()
    if near_target:
        return End(edge.source, True, edge.source_port)
    return End(edge.target, False, edge.target_port)
