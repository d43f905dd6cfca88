"""Keeps every wire's path right: after a change the wires at the moved cards follow at once, the rest soon after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from designer.canvas import metrics as m
from designer.canvas.items.node_item import NodeItem
from designer.canvas.items.wire_item import WireItem
from designer.canvas.routing import Obstacles, find_lane, lane_path, obstacles_of, plain_path
from engine.design.elements import Edge


class WireRouter:
    """Finds the paths of wires around cards. It reads the scene's items and changes only the wires' paths."""

    def __init__(self, nodes: Mapping[str, NodeItem], wires: Mapping[Edge, WireItem]) -> None:
        self._nodes = nodes
        self._wires = wires
        self._obstacles: Obstacles = obstacles_of(())
        self._row: dict[str, int] = {}

    def forget(self) -> None:
        """Read all cards again at the next routing: some came, went or changed their size."""
        self._row = {}

    def moved(self, node_ids: Iterable[str]) -> None:
        """Take note of where these cards are now."""
        if not self._row:
            return
        for node_id in node_ids:
            rect = self._nodes[node_id].rect()
            self._obstacles[self._row[node_id]] = (rect.left(), rect.top(), rect.right(), rect.bottom())

    def route(self, edges: Iterable[Edge]) -> None:
        """Find the paths of these wires, leaving the others and their lanes as they are."""
        chosen = set(edges)
        lanes = [
            (min(start.x(), end.x()), max(start.x(), end.x()), wire.lane)
            for edge, wire in self._wires.items()
            if wire.lane is not None and edge not in chosen
            for start, end in [self.ends(edge)]
        ]
        self._route(chosen, lanes)

    def route_all(self) -> None:
        """Find every path anew, short wires first, so that nested skips lie inside each other."""
        self._route(self._wires, [])

    def ends(self, edge: Edge) -> tuple[QPointF, QPointF]:
        """Return where a wire begins and ends."""
        source, target = self._nodes[edge.source], self._nodes[edge.target]
        return (
            source.port_position(True, source.port_number(True, edge.source_port)),
            target.port_position(False, target.port_number(False, edge.target_port)),
        )

    def _route(self, edges: Iterable[Edge], lanes: list[tuple[float, float, float]]) -> None:
        if not self._row:
            self._row = {node_id: row for row, node_id in enumerate(self._nodes)}
            self._obstacles = obstacles_of(item.rect() for item in self._nodes.values())
        listed = [(edge, *self.ends(edge)) for edge in edges]
        listed.sort(key=lambda one: abs(one[2].x() - one[1].x()))
        for edge, start, end in listed:
            lane = None
            if not m.PORT_RADIUS < end.x() - start.x() < m.NODE_WIDTH:
                lane = find_lane(start, end, self._obstacles, lanes)
            if lane is None:
                path = plain_path(start, end)
            else:
                path = lane_path(start, end, lane)
                lanes.append((min(start.x(), end.x()), max(start.x(), end.x()), lane))
            wire = self._wires[edge]
            if path != wire.path:
                wire.set_path(path, lane)

    def path_between(self, start: QPointF, end: QPointF) -> QPainterPath:
        """Return the path that a wire between two points would take, other wires' lanes left out."""
        self._route((), [])
        lane = find_lane(start, end, self._obstacles, ())
        return plain_path(start, end) if lane is None else lane_path(start, end, lane)
