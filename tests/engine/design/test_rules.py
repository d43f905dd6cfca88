"""The rules for wires, shape inference, and the problems with their repairs."""

from __future__ import annotations

import pytest

from engine.core.errors import ConnectionRuleError
from engine.core.problems import Problem
from engine.design import Design, Edge
from engine.design import edits as e
from engine.design.inference import infer
from engine.design.rules import check_connection, displaced


def chain() -> Design:
    design = Design()
    x = design.add("Input", shape=(8, 8, 1))
    a = design.add("Dense", x, units=4)
    b = design.add("Dense", a, units=4)
    design.add("Output", b, loss="mean_squared_error")
    return design


def codes(design: Design) -> set[str]:
    return {problem.code for problem in design.check()}


def find(design: Design, code: str) -> Problem:
    return next(problem for problem in design.check() if problem.code == code)


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (Edge(source="dense_2", target="dense_1"), "by input_1 already"),
        (Edge(source="dense_1", target="dense_1"), "feed itself"),
        (Edge(source="output_1", target="dense_1"), "no output"),
        (Edge(source="dense_1", target="input_1"), "no input"),
        (Edge(source="dense_1", target="dense_2"), "already"),
        (Edge(source="nobody", target="dense_2"), "no node 'nobody'"),
    ],
)
def test_a_forbidden_wire_says_why(edge: Edge, words: str) -> None:
    with pytest.raises(ConnectionRuleError, match=words):
        check_connection(chain(), edge)


def test_a_cycle_is_refused_and_an_existing_one_is_found() -> None:
    design = chain()
    design.apply(e.RemoveEdge(Edge(source="input_1", target="dense_1")))
    edge = Edge(source="dense_2", target="dense_1")
    with pytest.raises(ConnectionRuleError, match="closes a cycle"):
        check_connection(design, edge)
    design.apply(e.AddEdge(edge))
    problem = find(design, "cycle")
    assert "dense_1" in problem.message
    assert "dense_2" in problem.message
    assert problem.repair is not None
    for edit in problem.repair.edits:
        design.apply(edit)
    assert "cycle" not in codes(design)


def test_a_new_wire_takes_the_place_of_the_old_one() -> None:
    design = chain()
    edge = Edge(source="input_1", target="dense_2")
    assert displaced(design, edge) == [e.RemoveEdge(Edge(source="dense_1", target="dense_2"))]


def test_missing_wire_and_unused_layer_are_found_with_a_repair() -> None:
    design = chain()
    loose = design.add("Dense", units=2)
    assert {"missing_wire", "unused"} <= codes(design)
    problem = find(design, "missing_wire")
    assert problem.node == loose.id
    assert problem.repair is not None
    for edit in problem.repair.edits:
        design.apply(edit)
    assert "missing_wire" not in codes(design)


def test_a_billion_units_are_refused_before_anything_is_allocated() -> None:
    design = chain()
    node = design.nodes["dense_1"]
    design.apply(e.ReplaceNode(node.with_(layer=node.layer.replace(units=10**9))))
    problem = find(design, "memory")
    assert problem.severity == "error"
    assert "GiB" in problem.message


def test_shapes_flow_through_what_is_known() -> None:
    design = chain()
    inference = infer(design)
    assert inference.outputs["dense_1"] == ((8, 8, 4),)
    assert inference.parameter_count("dense_1") == 8
    design.apply(e.RemoveEdge(Edge(source="input_1", target="dense_1")))
    assert "dense_1" not in infer(design).outputs


def test_a_shape_that_does_not_fit_is_repaired_by_an_insertion() -> None:
    design = Design()
    x = design.add("Input", shape=(10,))
    conv = design.add("Conv2D", filters=2, kernel_size=(3, 3))
    design.connect(x, conv)
    design.add("Output", conv, loss="mean_squared_error")
    problem = find(design, "shape")
    assert problem.node == conv.id
    assert problem.shapes == ((10,),)
    edge = Edge(source=x.id, target=conv.id)
    design.apply(e.RemoveEdge(edge))
    with pytest.raises(ConnectionRuleError, match="does not fit"):
        check_connection(design, edge)
    flat = Design()
    image = flat.add("Input", shape=(16,))
    pool = flat.add("MaxPooling2D")
    flat.connect(image, pool)
    repair = find(flat, "shape").repair
    assert repair is not None
    assert "Reshape" in repair.label
    for edit in repair.edits:
        flat.apply(edit)
    assert "shape" not in codes(flat)


def test_loss_and_last_activation_belong_together() -> None:
    design = Design()
    x = design.add("Input", shape=(4,))
    y = design.add("Dense", x, units=3)
    design.add("Output", y, loss="categorical_crossentropy")
    problem = find(design, "loss_activation")
    assert problem.repair is not None
    for edit in problem.repair.edits:
        design.apply(edit)
    assert design.check() == []


def test_ids_stay_and_names_are_unique() -> None:
    design = Design()
    first, second = design.add("Dense", name="hidden"), design.add("Dense", name="hidden")
    assert (first.id, second.id) == ("dense_1", "dense_2")
    assert (first.name, second.name) == ("hidden", "hidden_2")


def _asked_of(design: Design) -> list[tuple[str, list[str]]]:
    return [(p.message, [repair.label for repair in p.repairs]) for p in design.check()]


def test_ids_and_numbers_are_told_apart_and_repaired() -> None:
    design = Design()
    h = design.add("Input", shape=(5,), name="letters")
    h = design.add("Embedding", h, input_dim=7, output_dim=3, name="table")
    design.add("Output", design.add("Dense", design.add("Flatten", h), units=2), loss="mean_squared_error")
    ((message, labels),) = _asked_of(design)
    assert (
        message
        == "table: Embedding takes ids, but numbers arrive: set the dtype of the Input before it to int."
    )
    assert labels == ["Let letters give ids"]
    for edit in design.check()[0].repairs[0].edits:
        design.apply(edit)
    assert not _asked_of(design)

    other = Design()
    h = other.add("Input", shape=(5,), dtype="int", name="letters")
    other.add("Output", other.add("Dense", h, units=2, name="sum"), loss="mean_squared_error")
    ((message, labels),) = _asked_of(other)
    assert message == "sum: Dense computes with numbers, but ids arrive: put an Embedding before it."
    assert labels == ["Insert Embedding", "Let letters give numbers"]
    for number in (0, 1):
        trial = other.copy()
        for edit in other.check()[0].repairs[number].edits:
            trial.apply(edit)
        assert not _asked_of(trial)


def test_numbers_that_were_computed_are_no_ids() -> None:
    design = Design()
    h = design.add("Dense", design.add("Input", shape=(5,)), units=3)
    design.add("Output", design.add("Embedding", h, name="table"), loss="mean_squared_error")
    ((message, labels),) = _asked_of(design)
    assert message.startswith("table: Embedding takes ids")
    assert labels == []
