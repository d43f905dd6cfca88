"""Automatic layout: where the nodes of a design go so that it reads from left to right.

The layered method of Sugiyama, Tagawa and Toda (1981): wires on a cycle are set aside, each node goes into the column
of its longest path from a source, wires that span several columns get a place in each column on the way, the columns
are ordered by barycentres so that few wires cross, and rows are found so that main paths are straight. A long network
is wrapped into rows of columns, like text, but only where a single wire leads on, so no skip connection is torn.

Everything is iterative: a chain of ten thousand layers needs no deep stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt

from engine.design.design import Design
from engine.design.elements import Position
from engine.design.layered import Graph, Key, assign_columns, assign_rows, build_graph, order_columns

GRID = 16.0
"""Every position is a multiple of this many canvas units."""
NODE_SIZE = (176.0, 80.0)
COLUMN_GAP = 64.0
ROW_GAP = 32.0
BAND_GAP = 80.0
ASPECT = 2.0
"""Width over height that a wrapped layout aims at."""
SHORT = 6
"""Up to this many columns always stay in one band, and a band that is wrapped has about as many or more."""

Size = tuple[float, float]


def layout(
    design: Design,
    *,
    sizes: Mapping[str, Size] | None = None,
    aspect: float | None = ASPECT,
    origin: Position = (0.0, 0.0),
) -> dict[str, Position]:
    """Return a position (the top left corner, on the grid) for every node of the design.

    `sizes` are the widths and heights of the nodes where they differ from NODE_SIZE. `aspect` None never wraps.
    Parts that no wire joins are placed below each other.
    """
    known = {node_id: (sizes or {}).get(node_id, NODE_SIZE) for node_id in design.nodes}
    positions: dict[str, Position] = {}
    top = 0.0
    for part in _parts(design):
        graph = build_graph(part, [(x.source, x.target) for x in design.edges if x.source in part], known)
        placed = _place(graph, known, aspect)
        bottom = max(y + known[node_id][1] for node_id, (_, y) in placed.items())
        for node_id, (x, y) in placed.items():
            positions[node_id] = (snap(x + origin[0]), snap(y + top + origin[1]))
        top += _up(bottom + BAND_GAP)
    return {node_id: positions[node_id] for node_id in design.nodes}


def snap(value: float) -> float:
    """Return the nearest multiple of the grid."""
    return round(value / GRID) * GRID


def _up(value: float) -> float:
    return ceil(value / GRID - 1e-9) * GRID


def _parts(design: Design) -> list[dict[str, None]]:
    """Return the sets of nodes that wires join, the first node's first, each in the document's order."""
    near: dict[str, list[str]] = {node_id: [] for node_id in design.nodes}
    for edge in design.edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    number: dict[str, int] = {}
    parts: list[dict[str, None]] = []
    for start in design.nodes:
        if start not in number:
            number[start] = len(parts)
            parts.append({})
            waiting = [start]
            while waiting:
                for other in near[waiting.pop()]:
                    if other not in number:
                        number[other] = number[start]
                        waiting.append(other)
        parts[number[start]][start] = None
    return parts


def _place(graph: Graph, sizes: Mapping[str, Size], aspect: float | None) -> dict[str, Position]:
    """Return positions for one part, its top left corner at the origin."""
    assign_columns(graph)
    order_columns(graph)
    rows = assign_rows(graph, ROW_GAP, GRID)
    positions: dict[str, Position] = {}
    top = 0.0
    for band in _bands(graph, rows, sizes, aspect):
        members = [key for column in band for key in graph.columns[column]]
        upper = min(rows[key] for key in members)
        x = bottom = 0.0
        for column in band:
            width = max((sizes[key][0] for key in graph.columns[column] if isinstance(key, str)), default=0.0)
            for key in graph.columns[column]:
                y = snap(rows[key] - upper)
                if isinstance(key, str):
                    positions[key] = (x, top + y)
                bottom = max(bottom, y + graph.height(key))
            x += _up(width + COLUMN_GAP)
        top += _up(bottom + BAND_GAP)
    return positions


def _bands(
    graph: Graph, rows: Mapping[Key, float], sizes: Mapping[str, Size], aspect: float | None
) -> list[list[int]]:
    """Return the columns in bands: one band, or several that lie below each other like lines of text."""
    columns = list(range(len(graph.columns)))
    cuts = _cuts(graph)
    if aspect is None or len(columns) <= SHORT or not cuts:
        return [columns]
    heights = [
        max(rows[key] + graph.height(key) for key in graph.columns[c])
        - min(rows[key] for key in graph.columns[c])
        for c in columns
    ]
    pitch = sum(width for width, _ in sizes.values()) / len(sizes) + COLUMN_GAP
    tall = sum(heights) / len(heights) + BAND_GAP
    per_band = max(SHORT - 1, round(sqrt(aspect * len(columns) * tall / pitch)))
    bands_wanted = ceil(len(columns) / per_band)
    if bands_wanted < 2:
        return [columns]
    even = len(columns) / bands_wanted
    bands: list[list[int]] = []
    begin = 0
    while len(columns) - begin > even * 1.5:
        # The allowed cut nearest to an even share; none near means that a block stays whole and the band is longer.
        goal = begin + even
        after = [cut for cut in cuts if cut > begin + 1 and len(columns) - cut > 1]
        if not after:
            break
        cut = min(after, key=lambda place: abs(place - goal))
        bands.append(columns[begin:cut])
        begin = cut
    bands.append(columns[begin:])
    return bands


def _cuts(graph: Graph) -> list[int]:
    """Return each column before which the network may be wrapped: exactly one wire leads into it from the left."""
    crossing = [0] * (len(graph.columns) + 1)
    for source, target in graph.wires:
        for column in range(graph.column[source] + 1, graph.column[target] + 1):
            crossing[column] += 1
    return [column for column in range(1, len(graph.columns)) if crossing[column] == 1]
