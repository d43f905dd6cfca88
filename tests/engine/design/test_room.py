"""A node that goes into a wire lies clear of all others, in one undoable step, also where a cure puts many."""

from __future__ import annotations

import pytest

from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge
from engine.design.layout import NODE_SIZE, layout
from engine.design.repairs import insertion, shape_repairs
from engine.design.room import card_size, make_room
from engine.design.templates import load
from engine.layers.base import layers
from engine.training.cures import cures_of
from engine.training.finding import Finding


def laid_out(design: Design) -> Design:
    for node_id, position in layout(design).items():
        design.apply(e.ReplaceNode(design.nodes[node_id].with_(position=position)))
    return design


def chain(length: int = 4) -> Design:
    design = Design("chain")
    node = design.add("Input", shape=(4,))
    for _ in range(length):
        node = design.add("Dense", node, units=4)
    design.add("Output", node)
    return laid_out(design)


def overlapping(design: Design) -> list[tuple[str, str]]:
    places = [(node_id, node.position) for node_id, node in design.nodes.items() if node.position is not None]
    wide = {node_id: card_size(node.name)[0] for node_id, node in design.nodes.items()}
    assert len(places) == len(design.nodes)
    return [
        (a, b)
        for index, (a, p) in enumerate(places)
        for b, q in places[index + 1 :]
        if p[0] < q[0] + wide[b] and q[0] < p[0] + wide[a] and abs(p[1] - q[1]) < NODE_SIZE[1]
    ]


def between(design: Design, source: str, target: str) -> Edge:
    return next(x for x in design.edges if (x.source, x.target) == (source, target))


def test_room_is_made_downstream_only() -> None:
    design = chain()
    position, moves = make_room(design, between(design, "dense_2", "dense_3"))
    moved = {x.node.id: x.node.position for x in moves if isinstance(x, e.ReplaceNode)}
    assert set(moved) == {"dense_3", "dense_4", "output_1"}
    before = design.nodes["dense_2"].position
    after = moved["dense_3"]
    assert before is not None
    assert position is not None
    assert after is not None
    assert position[0] >= before[0] + NODE_SIZE[0] + 16
    assert after[0] >= position[0] + NODE_SIZE[0] + 16


def test_rows_below_stay_where_they_are() -> None:
    design = chain(14)
    rows = {node.position[1] for node in design.nodes.values() if node.position is not None}
    assert len(rows) > 1, "the layout wraps a long chain"
    edge = between(design, "dense_1", "dense_2")
    before = {node_id: node.position for node_id, node in design.nodes.items()}
    for edit in insertion(design, edge, layers["Dropout"]()):
        design.apply(edit)
    assert not overlapping(design)
    first = before["dense_1"]
    assert first is not None
    for node_id, position in before.items():
        assert position is not None
        if position[1] != first[1]:
            assert design.nodes[node_id].position == position


def test_every_wire_of_a_network_with_branches_takes_a_node() -> None:
    template = laid_out(load("residual"))
    for edge in template.edges:
        design = template.copy()
        for edit in insertion(design, edge, layers["Dropout"]()):
            design.apply(edit)
        assert not overlapping(design), f"{edge.source} to {edge.target}"


@pytest.mark.parametrize("name", ["vanishing", "exploding"])
def test_a_cure_that_puts_in_many_layers_is_clear_and_can_be_taken_back(name: str) -> None:
    template = load(name)
    finding = Finding(node="dense_1", kind=name, severity="error", message="")  # type: ignore[arg-type]
    (cure,) = (cure for cure in cures_of(template, finding) if "BatchNormalization" in cure.label)
    design = template.copy()
    inverses = [design.apply(edit) for edit in cure.edits]
    assert not overlapping(design)
    assert sum(node.type == "BatchNormalization" for node in design.nodes.values()) > 10
    for inverse in reversed(inverses):
        design.apply(inverse)
    assert design == template


def test_a_wire_between_nodes_without_places_gives_none() -> None:
    design = Design()
    design.add("Output", design.add("Dense", design.add("Input", shape=(2,)), units=2))
    assert make_room(design, design.edges[0]) == (None, [])


def test_each_repair_is_offered_once() -> None:
    design = Design()
    inputs = [design.add("Input", shape=shape) for shape in ((4,), (6,), (6,))]
    both = design.add("Add", inputs)
    found = shape_repairs(design, both, ((4,), (6,), (6,)))
    labels = [repair.label for repair in found]
    assert "Insert Dense with 6 units" in labels
    assert len(set(labels)) == len(labels)
