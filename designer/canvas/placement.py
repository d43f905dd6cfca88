"""Where a node goes that has no place yet, and how a place is found that covers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF

from designer.canvas import metrics as m
from engine.design.design import Design
from engine.design.elements import Position
from engine.design.layout import COLUMN_GAP, Size, layout


def missing_positions(design: Design, sizes: Mapping[str, Size]) -> dict[str, Position]:
    """Return a position for each node that has none: a whole layout, or a place beside the node's neighbours."""
    missing = [node_id for node_id, node in design.nodes.items() if node.position is None]
    if not missing:
        return {}
    if len(missing) == len(design.nodes):
        return layout(design, sizes=sizes)
    found: dict[str, Position] = {}
    taken = [
        QRectF(node.position[0], node.position[1], *sizes[node_id])
        for node_id, node in design.nodes.items()
        if node.position is not None
    ]
    for node_id in missing:
        wish = _beside(design, node_id, sizes, found) or (taken[0].left(), taken[0].bottom() + COLUMN_GAP)
        rect = free_rect(QRectF(wish[0], wish[1], *sizes[node_id]), taken)
        taken.append(rect)
        found[node_id] = (rect.left(), rect.top())
    return found


def _beside(
    design: Design, node_id: str, sizes: Mapping[str, Size], found: Mapping[str, Position]
) -> Position | None:
    for edge in design.edges:
        if edge.target == node_id and (at := _place(design, edge.source, found)):
            return at[0] + m.snap(sizes[edge.source][0] + COLUMN_GAP), at[1]
        if edge.source == node_id and (at := _place(design, edge.target, found)):
            return at[0] - m.snap(sizes[node_id][0] + COLUMN_GAP), at[1]
    return None


def _place(design: Design, node_id: str, found: Mapping[str, Position]) -> Position | None:
    return design.nodes[node_id].position or found.get(node_id)


def free_rect(wish: QRectF, taken: Iterable[QRectF]) -> QRectF:
    """Return the rectangle nearest below `wish` (on the grid) that keeps a grid step from all that is `taken`."""
    at = m.snapped(wish.topLeft())
    rect = QRectF(at, wish.size())
    others = list(taken)
    for _ in range(200):
        covered = [
            other for other in others if other.adjusted(-m.GRID, -m.GRID, m.GRID, m.GRID).intersects(rect)
        ]
        if not covered:
            break
        lowest = min(other.bottom() for other in covered)
        rect.moveTop(m.snap(max(rect.top() + m.GRID, lowest + 2 * m.GRID)))
    return rect


def point_of(position: Position) -> QPointF:
    """Return a document's position as a point."""
    return QPointF(position[0], position[1])
