"""Making room for a node that goes into a wire."""

from __future__ import annotations

from collections.abc import Mapping

from designer.canvas import metrics as m
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge, Position
from engine.design.layout import COLUMN_GAP, Size


def make_room(
    design: Design, edge: Edge, sizes: Mapping[str, Size], size: Size
) -> tuple[Position, list[e.Edit]]:
    """Return where a new node of `size` goes between a wire's ends, and the moves that keep what follows clear of it.

    What the wire's target leads to and lies to its right moves on by as much as is missing, so straight paths stay so.
    """
    source, target = design.nodes[edge.source], design.nodes[edge.target]
    start, end = source.position or (0.0, 0.0), target.position or (0.0, 0.0)
    right = start[0] + sizes[edge.source][0]
    room = end[0] - right
    if room < 0:  # the wire leads back to another row: the new node goes after its source
        return (m.snap(right + COLUMN_GAP), start[1]), []
    missing = m.snap(max(0.0, size[0] + 2 * COLUMN_GAP - room))
    moves: list[e.Edit] = []
    if missing:
        for node_id in _downstream(design, edge.target):
            node = design.nodes[node_id]
            if node.position is not None and node.position[0] >= end[0]:
                moves.append(
                    e.ReplaceNode(node.with_(position=(node.position[0] + missing, node.position[1])))
                )
    x = m.snap((right + end[0] + missing - size[0]) / 2)
    return (x, m.snap((start[1] + end[1]) / 2)), moves


def _downstream(design: Design, node_id: str) -> list[str]:
    seen, waiting = {node_id: None}, [node_id]
    followers: dict[str, list[str]] = {}
    for edge in design.edges:
        followers.setdefault(edge.source, []).append(edge.target)
    while waiting:
        for follower in followers.get(waiting.pop(), ()):
            if follower not in seen:
                seen[follower] = None
                waiting.append(follower)
    return list(seen)
