"""Documents that no canvas would make, but that a file can hold: told as problems, each with its cure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import engine
from engine.core.errors import DesignError
from engine.design import Design
from engine.design import edits as e
from engine.design.elements import Edge


def chain() -> Design:
    design = Design()
    h = design.add("Input", shape=(4,))
    for units in (4, 4, 5):
        h = design.add("Dense", h, units=units)
    design.add("Output", design.add("Dense", h, units=2, activation="softmax"))
    return design


def change(node: str, **changes: object) -> Callable[[Design], None]:
    return lambda design: design.apply(e.ReplaceNode(design.nodes[node].with_(**changes))) and None


def wire(**ends: str) -> Callable[[Design], None]:
    return lambda design: design.apply(e.AddEdge(Edge(**ends))) and None


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ([change("dense_2", shares="nope")], "sharing", "there is no layer 'nope'"),
        ([change("dense_2", shares="dense_2")], "sharing", "dense_2 has none of its own"),
        ([change("dense_2", shares="dense_3")], "sharing", "those of dense_3 have other shapes"),
        ([change("dense_2", shares="output_1")], "sharing", "of the type Output, not Dense"),
        (
            [change("dense_1", shares="dense_2"), change("dense_2", shares="dense_1")],
            "sharing",
            "dense_1 can't share weights: dense_2 has none of its own",
        ),
        (
            [change("dense_2", shares="dense_1"), change("dense_1", bypassed=True)],
            "sharing",
            "dense_1 has none of its own",
        ),
        ([change("dense_2", name="dense_1")], "name", "Two layers are called dense_1"),
        ([wire(source="dense_1", target="dense_3")], "port", "dense_3 is fed twice at its input 'input'"),
        (
            [wire(source="dense_1", target="dense_3", target_port="mask")],
            "port",
            "dense_3 has no input 'mask'",
        ),
        (
            [wire(source="dense_1", target="dense_3", source_port="state")],
            "port",
            "dense_1 has no output 'state'",
        ),
        ([wire(source="output_1", target="dense_3")], "port", "output_1 has no output 'output'"),
    ],
)
def test_it_is_a_problem_with_a_cure(changes: list[Callable[[Design], None]], code: str, words: str) -> None:
    design = chain()
    for apply in changes:
        apply(design)
    problem = next(p for p in design.check() if p.code == code)
    assert words in problem.message
    assert problem.severity == "error"
    with pytest.raises(DesignError):
        engine.compile(design)
    for _ in range(3):
        found = next((p for p in design.check() if p.code == code), None)
        if found is None:
            break
        assert found.repair is not None
        for edit in found.repair.edits:
            design.apply(edit)
    assert not [p for p in design.check() if p.code == code]


def test_shared_weights_are_one_array_and_sum_their_gradients() -> None:
    design = chain()
    change("dense_2", shares="dense_1")(design)
    assert design.check() == []
    network = engine.compile(design)
    assert not [name for name in network.weights if name.startswith("dense_2/")]
    random = np.random.default_rng(0)
    errors = engine.check_gradients(network, random.standard_normal((5, 4)), random.integers(0, 2, 5))
    assert max(errors.values()) < 1e-6


def test_values_that_no_memory_holds_are_refused() -> None:
    design = Design()
    x = design.add("Input", shape=(40_000, 20_000, 1))
    design.add("Output", design.add("Dense", design.add("GlobalAveragePooling2D", x), units=1), loss="huber")
    (problem,) = [p for p in design.check() if p.severity == "error"]
    assert problem.node == "input_1"
    assert "gives 800,000,000 values" in problem.message
