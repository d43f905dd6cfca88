"""The steps of a layered drawing: columns, their order, and rows. No recursion; ties keep the document's order."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

Key = str | tuple[int, int]
"""A node's id, or (number of the wire, column) for the place that a long wire has in a column."""

SWEEPS = 12
ROW_SWEEPS = 10
MOST_PLACES = 20_000
"""Long wires get no places of their own once there are this many: the order would cost more than it gives."""


@dataclass
class Graph:
    """One connected part of a design, while it is being laid out."""

    nodes: list[str]
    wires: list[tuple[str, str]]
    heights: dict[str, float]
    column: dict[Key, int] = field(default_factory=dict)
    columns: list[list[Key]] = field(default_factory=list)
    before: dict[Key, list[Key]] = field(default_factory=dict)
    after: dict[Key, list[Key]] = field(default_factory=dict)

    def height(self, key: Key) -> float:
        """Return the height of a node; a long wire's place has none."""
        return self.heights[key] if isinstance(key, str) else 0.0


def build_graph(
    nodes: Iterable[str], wires: Iterable[tuple[str, str]], sizes: Mapping[str, tuple[float, float]]
) -> Graph:
    """Return the graph without its cycles: a wire that leads back to where a path came from is left out."""
    listed = list(nodes)
    unique = list(dict.fromkeys(wire for wire in wires if wire[0] != wire[1]))
    forward = _without_cycles(listed, unique)
    return Graph(listed, forward, {node: sizes[node][1] for node in listed})


def _without_cycles(nodes: list[str], wires: list[tuple[str, str]]) -> list[tuple[str, str]]:
    followers: dict[str, list[str]] = {node: [] for node in nodes}
    fed = set()
    for source, target in wires:
        followers[source].append(target)
        fed.add(target)
    state = dict.fromkeys(nodes, 0)  # 0 new, 1 on the path, 2 done
    back: set[tuple[str, str]] = set()
    for start in sorted(nodes, key=lambda node: node in fed):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(followers[start]))]
        while path:
            node, rest = path[-1]
            for follower in rest:
                if state[follower] == 1:
                    back.add((node, follower))
                elif state[follower] == 0:
                    state[follower] = 1
                    path.append((follower, iter(followers[follower])))
                    break
            else:
                state[node] = 2
                path.pop()
    return [wire for wire in wires if wire not in back]


def assign_columns(graph: Graph) -> None:
    """Give each node the column of its longest path from a source, and each long wire a place in between.

    A source that feeds only something far to the right moves next to it.
    """
    order, followers = _topological(graph)
    place = dict.fromkeys(graph.nodes, 0)
    for node in order:
        for follower in followers[node]:
            place[follower] = max(place[follower], place[node] + 1)
    fed = {target for _, target in graph.wires}
    for node in graph.nodes:
        if node not in fed and followers[node]:
            place[node] = min(place[follower] for follower in followers[node]) - 1
    graph.column.update(place)
    graph.columns = [[] for _ in range(max(place.values(), default=0) + 1)]
    for node in order:
        graph.columns[place[node]].append(node)
    _place_wires(graph)


def _topological(graph: Graph) -> tuple[list[str], dict[str, list[str]]]:
    followers: dict[str, list[str]] = {node: [] for node in graph.nodes}
    waiting = dict.fromkeys(graph.nodes, 0)
    for source, target in graph.wires:
        followers[source].append(target)
        waiting[target] += 1
    order = [node for node in graph.nodes if waiting[node] == 0]
    for node in order:  # grows while it is read
        for follower in followers[node]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                order.append(follower)
    return order, followers


def _place_wires(graph: Graph) -> None:
    places = 0
    for node in graph.nodes:
        graph.before[node], graph.after[node] = [], []
    for number, (source, target) in enumerate(graph.wires):
        first, last = graph.column[source], graph.column[target]
        chain: list[Key] = [source]
        if places + last - first - 1 <= MOST_PLACES:
            for column in range(first + 1, last):
                key = (number, column)
                graph.column[key] = column
                graph.columns[column].append(key)
                graph.before[key], graph.after[key] = [], []
                chain.append(key)
            places += len(chain) - 1
        elif last - first > 1:
            continue  # spans columns without places: it has no say in the order
        for left, right in pairwise([*chain, target]):
            graph.after[left].append(right)
            graph.before[right].append(left)


def order_columns(graph: Graph) -> None:
    """Order every column by the barycentres of its neighbours, to and fro, and keep the order that crosses least."""
    best, fewest = [list(column) for column in graph.columns], _crossings(graph)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        indices = range(1, len(graph.columns)) if forward else range(len(graph.columns) - 2, -1, -1)
        neighbours = graph.before if forward else graph.after
        for index in indices:
            around = graph.columns[index - 1 if forward else index + 1]
            place = {key: number for number, key in enumerate(around)}
            own = {key: number for number, key in enumerate(graph.columns[index])}
            scale = len(around) / max(1, len(own))
            graph.columns[index].sort(key=lambda key: _barycentre(neighbours[key], place, own[key] * scale))
        crossings = _crossings(graph)
        if crossings < fewest:
            best, fewest = [list(column) for column in graph.columns], crossings
    graph.columns = best


def _barycentre(neighbours: list[Key], place: Mapping[Key, int], otherwise: float) -> float:
    here = [place[key] for key in neighbours if key in place]
    return sum(here) / len(here) if here else otherwise


def _crossings(graph: Graph) -> int:
    """Count the pairs of wires that cross between neighbouring columns, by inversions."""
    total = 0
    for left, right in pairwise(graph.columns):
        place = {key: number for number, key in enumerate(right)}
        seen: list[int] = []
        for key in left:
            ends = sorted(place[other] for other in graph.after[key] if other in place)
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def assign_rows(graph: Graph, gap: float, lane: float) -> dict[Key, float]:
    """Return the top of each node and of each long wire's place, so that main paths run straight.

    Each sweep asks where a column's members would like to be (level with the weighted median of their neighbours) and
    finds the nearest rows that keep their order and distance: an isotonic regression, solved by pooling.
    """
    rows: dict[Key, float] = {}
    for column in graph.columns:
        y = 0.0
        for key in column:
            rows[key] = y
            y += graph.height(key) + (gap if isinstance(key, str) else lane)
        for key in column:
            rows[key] -= y / 2
    for sweep in range(ROW_SWEEPS):
        forward = sweep % 2 == 0
        for column in graph.columns if forward else reversed(graph.columns):
            _settle(graph, rows, column, forward, gap, lane)
    top = min(rows.values(), default=0.0)
    return {key: y - top for key, y in rows.items()}


def _settle(
    graph: Graph, rows: dict[Key, float], column: list[Key], forward: bool, gap: float, lane: float
) -> None:
    wishes, offsets, weights = [], [], []
    offset, previous = 0.0, None
    for key in column:
        if previous is not None:
            thin = not (isinstance(previous, str) and isinstance(key, str))
            offset += graph.height(previous) + (lane if thin else gap)
        first, second = (graph.before, graph.after) if forward else (graph.after, graph.before)
        wish = _median(graph, rows, key, first[key] or second[key])
        wishes.append(wish - offset)
        offsets.append(offset)
        weights.append(1e6 if isinstance(key, str) else 1.0)  # a wire makes way for a node, never the reverse
        previous = key
    for key, y, shift in zip(column, _isotonic(wishes, weights), offsets, strict=True):
        rows[key] = y + shift


def _median(graph: Graph, rows: Mapping[Key, float], key: Key, neighbours: list[Key]) -> float:
    """Return the weighted median of the neighbours' port rows; a direct wire weighs more than a skip's end."""
    if not neighbours:
        return rows[key]
    # Ports lie at the same height below the top of every node; a place in a column is a line at that height.
    own = 0.0 if isinstance(key, str) else 40.0
    found = sorted(
        (rows[other] + (0.0 if isinstance(other, str) else -40.0) + own, _weight(key, other))
        for other in neighbours
    )
    half, sofar = sum(weight for _, weight in found) / 2, 0.0
    for index, (y, weight) in enumerate(found):
        sofar += weight
        if sofar > half + 1e-9:
            return y
        if abs(sofar - half) <= 1e-9 and index + 1 < len(found):
            return (y + found[index + 1][0]) / 2
    return found[-1][0]


def _weight(key: Key, other: Key) -> float:
    real = isinstance(key, str) + isinstance(other, str)
    return (8.0, 1.0, 3.0)[real]


def _isotonic(values: list[float], weights: list[float]) -> list[float]:
    """Return the nearest non-decreasing sequence in weighted least squares (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, before_weight, before_count = pools.pop()
            mean = (mean * total + before * before_weight) / (total + before_weight)
            total, count = total + before_weight, count + before_count
        pools.append((mean, total, count))
    result: list[float] = []
    last = -inf
    for mean, _, count in pools:
        last = max(last, mean)
        result += [last] * count
    return result
