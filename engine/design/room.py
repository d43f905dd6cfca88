"""Making room for a node that goes into a wire."""

from __future__ import annotations

from collections.abc import Mapping

from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge, Position
from engine.design.layout import COLUMN_GAP, NODE_SIZE, ROW_GAP, Size, snap

PADDING, PER_LETTER, WIDEST = 72.0, 11.5, 416.0
"""A card is as wide as its name asks for: about so much beside it, and for each letter, up to the widest."""


def card_size(name: str) -> Size:
    """Return about the size of the card of a node with this name; a little more rather than less."""
    return max(NODE_SIZE[0], snap(min(PADDING + PER_LETTER * len(name), WIDEST))), NODE_SIZE[1]


def make_room(
    design: Design, edge: Edge, sizes: Mapping[str, Size] | None = None, size: Size = NODE_SIZE
) -> tuple[Position | None, list[e.Edit]]:
    """Return where a new node of `size` goes between a wire's ends, and the moves that keep what follows clear of it.

    What the wire's target leads to, to the right of it, moves on by as much as is missing, so straight paths stay so;
    rows that a wire leads back to stay where they are. `sizes` are those of the nodes as they are drawn; without
    them they are told from the names. Without positions at both ends there is no place for it either: None.
    """
    known = {node_id: card_size(node.name) for node_id, node in design.nodes.items()} | dict(sizes or {})
    start, end = design.nodes[edge.source].position, design.nodes[edge.target].position
    if start is None or end is None:
        return None, []
    right = start[0] + known[edge.source][0]
    room = end[0] - right
    moves: list[e.Edit] = []
    if room < 0:  # the wire leads back to another row: the new node goes after its source
        place = snap(right + COLUMN_GAP), start[1]
    else:
        missing = snap(max(0.0, size[0] + 2 * COLUMN_GAP - room))
        if missing:
            moves = [
                e.ReplaceNode(design.nodes[node_id].with_(position=(x + missing, y)))
                for node_id, (x, y) in _onward(design, edge.target).items()
            ]
        place = snap((right + end[0] + missing - size[0]) / 2), snap((start[1] + end[1]) / 2)
    return _clear(design, place, size, known, moves), moves


def _onward(design: Design, node_id: str) -> dict[str, Position]:
    """Return the positions of a node and of what it leads to without going back to the left."""
    nodes, begin = design.nodes, design.nodes[node_id].position
    found: dict[str, Position] = {} if begin is None else {node_id: begin}
    followers: dict[str, list[str]] = {}
    for edge in design.edges:
        followers.setdefault(edge.source, []).append(edge.target)
    waiting = list(found)
    while waiting:
        here = waiting.pop()
        for follower in followers.get(here, ()):
            position = nodes[follower].position
            if position is not None and follower not in found and position[0] >= found[here][0]:
                found[follower] = position
                waiting.append(follower)
    return found


def _clear(
    design: Design, place: Position, size: Size, known: Mapping[str, Size], moves: list[e.Edit]
) -> Position:
    """Return `place`, or the first below it where no other node lies."""
    positions = {node_id: node.position for node_id, node in design.nodes.items()}
    positions |= {edit.node.id: edit.node.position for edit in moves if isinstance(edit, e.ReplaceNode)}
    x, y = place
    taken = sorted(
        (position[1], position[1] + height)
        for node_id, position in positions.items()
        if position is not None
        for width, height in (known[node_id],)
        if position[0] < x + size[0] and x < position[0] + width
    )
    for top, bottom in taken:
        if top < y + size[1] and y < bottom:
            y = snap(bottom + ROW_GAP)
    return x, y
