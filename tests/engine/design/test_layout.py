"""The automatic layout: nothing overlaps, everything reads from left to right, and large networks take no time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.design import Design, Edge, Node
from engine.design.layout import GRID, NODE_SIZE, layout
from engine.layers.base import layers

Wires = list[tuple[int, int]]


def graph(count: int, wires: Wires) -> Design:
    """Return a design of `count` nodes with these wires; the layers don't matter here."""
    design = Design()
    layer = layers["Dense"](units=2)
    for index in range(count):
        design.nodes[f"n{index}"] = Node(id=f"n{index}", name=f"n{index}", layer=layer)
    for source, target in dict.fromkeys(wires):
        design.edges.append(Edge(source=f"n{source}", target=f"n{target}"))
    return design


def chain(count: int) -> Wires:
    return [(i, i + 1) for i in range(count - 1)]


def overlaps(places: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    """Return the pairs of nodes that cover each other, found along a sweep from left to right."""
    width, height = NODE_SIZE
    ordered = sorted(places, key=lambda node: places[node])
    found = []
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if places[other][0] >= places[one][0] + width:
                break
            if abs(places[other][1] - places[one][1]) < height:
                found.append((one, other))
    return found


@st.composite
def designs(draw: st.DrawFn) -> Design:
    count = draw(st.integers(1, 24))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    wires = [(a, b) for a, b in draw(st.lists(pairs, max_size=40)) if a != b]
    return graph(count, wires)


@settings(max_examples=150)
@given(designs())
def test_any_graph_is_laid_out_on_the_grid_without_overlaps(design: Design) -> None:
    places = layout(design)
    assert list(places) == list(design.nodes)
    assert not overlaps(places)
    for x, y in places.values():
        assert x % GRID == 0
        assert y % GRID == 0
        assert x >= 0
        assert y >= 0


@settings(max_examples=100)
@given(designs())
def test_without_wrapping_wires_lead_to_the_right(design: Design) -> None:
    forward = [edge for edge in design.edges if int(edge.source[1:]) < int(edge.target[1:])]
    design.edges[:] = forward
    places = layout(design, aspect=None)
    for edge in forward:
        assert places[edge.source][0] < places[edge.target][0]


def test_a_short_chain_is_one_straight_row() -> None:
    places = layout(graph(5, chain(5)))
    assert {y for _, y in places.values()} == {0.0}
    xs = [x for x, _ in places.values()]
    assert xs == [0.0, 240.0, 480.0, 720.0, 960.0]


def test_a_long_chain_is_wrapped_like_text() -> None:
    places = layout(graph(12, chain(12)))
    rows = sorted({y for _, y in places.values()})
    assert len(rows) == 3
    assert [node for node, (_, y) in places.items() if y == rows[0]] == [f"n{i}" for i in range(4)]


def test_a_shortcut_leaves_the_main_path_straight() -> None:
    places = layout(graph(6, [*chain(6), (1, 4)]))
    assert len({places[f"n{i}"][1] for i in range(6)}) == 1


def test_a_network_is_never_wrapped_inside_a_shortcut() -> None:
    places = layout(graph(14, [*chain(14), (3, 10)]))
    assert len({places[f"n{i}"][1] for i in range(3, 11)}) == 1


def test_equal_branches_lie_around_their_ends() -> None:
    places = layout(graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)]))
    middle = (places["n1"][1] + places["n2"][1]) / 2
    assert places["n0"][1] == pytest.approx(middle, abs=GRID)
    assert places["n3"][1] == pytest.approx(middle, abs=GRID)
    assert places["n1"][0] == places["n2"][0]


def test_crossings_are_taken_out() -> None:
    # Four pairs joined in the reverse order: the second column must turn round.
    wires = [(0, 1), (0, 2), (0, 3), (1, 6), (2, 5), (3, 4), (4, 7), (5, 7), (6, 7)]
    places = layout(graph(8, wires), aspect=None)
    first = sorted((1, 2, 3), key=lambda i: places[f"n{i}"][1])
    second = sorted((4, 5, 6), key=lambda i: places[f"n{i}"][1])
    assert [7 - i for i in first] == second


def test_a_second_input_stands_next_to_what_it_feeds() -> None:
    places = layout(graph(6, [(0, 1), (1, 2), (2, 3), (4, 3), (3, 5)]), aspect=None)
    assert places["n4"][0] == places["n2"][0]


def test_parts_without_wires_between_them_lie_below_each_other() -> None:
    places = layout(graph(4, [(0, 1), (2, 3)]))
    assert places["n0"][1] == places["n1"][1] < places["n2"][1] == places["n3"][1]


def test_a_cycle_is_laid_out_all_the_same() -> None:
    places = layout(graph(3, [(0, 1), (1, 2), (2, 0)]))
    assert len(set(places.values())) == 3


def test_sizes_are_respected() -> None:
    design = graph(3, chain(3))
    places = layout(design, sizes={"n0": (400.0, 80.0)})
    assert places["n1"][0] >= 400.0


def test_the_empty_design_has_no_places() -> None:
    assert layout(Design()) == {}


def test_the_result_does_not_depend_on_anything_but_the_design() -> None:
    wires = [*chain(20), (2, 6), (5, 9), (11, 18)]
    assert layout(graph(20, wires)) == layout(graph(20, wires))


@pytest.mark.parametrize("kind", ["chain", "shortcuts", "wide", "random"])
def test_a_thousand_nodes_take_a_moment(kind: str) -> None:
    chance = random.Random(0)
    wires: Wires = chain(1000)
    if kind == "shortcuts":
        wires += [(i, min(999, i + chance.randint(2, 12))) for i in range(0, 990, 5)]
    elif kind == "wide":
        wires = [(i, j) for i in range(0, 990, 10) for j in range(i + 1, i + 11)]
    elif kind == "random":
        wires = [(max(0, i - chance.randint(1, 40)), i) for i in range(1, 1000) for _ in range(2)]
    design = graph(1000, wires)
    begin = time.process_time()
    places = layout(design)
    assert time.process_time() - begin < 3.0  # a tenth of that on the machine that it was written on
    assert not overlaps(places)


def test_a_chain_of_ten_thousand_needs_no_deep_stack() -> None:
    places = layout(graph(10_000, chain(10_000)))
    assert not overlaps(places)
