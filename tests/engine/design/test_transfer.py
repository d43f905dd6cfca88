"""Transfer learning: the head is cut, the rest frozen to the bit, and it beats training from scratch."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.core.errors import DesignError
from engine.data import load
from engine.design import Design, transfer
from engine.design import edits as e
from engine.training import evaluate
from engine.training.archive import load_template

SEEDS = 5


def network(units: int = 3) -> Design:
    design = Design("trained")
    h = design.add("Dense", design.add("Input", shape=(4,)), units=6, activation="relu")
    h = design.add("Dropout", design.add("BatchNormalization", h), rate=0.2)
    y = design.add("Dense", h, units=units, activation="softmax", name="species")
    design.add("Output", y, name="answer")
    return design


def test_the_head_is_the_last_layer_with_weights() -> None:
    design = network()
    assert transfer.head_of(design, "output_1").name == "species"
    bare = Design()
    bare.add("Output", bare.add("Input"))
    with pytest.raises(DesignError, match="no head to cut"):
        transfer.head_of(bare, "output_1")


def test_a_new_head_stands_in_the_old_ones_place_and_everything_can_be_taken_back() -> None:
    design = network()
    before = design.copy()
    inverses = [design.apply(edit) for edit in transfer.new_head(design, "output_1", 5)]
    head = transfer.head_of(design, "output_1")
    assert head.id not in before.nodes
    assert (head.layer.units, head.layer.activation) == (5, "softmax")
    assert [problem for problem in design.check() if problem.severity == "error"] == []
    for edit in reversed(inverses):
        design.apply(edit)
    assert design == before


def test_only_the_head_is_left_to_move_and_all_can_be_let_free() -> None:
    design = network()
    head = transfer.head_of(design, "output_1")
    for edit in transfer.frozen_but(design, [head.id]):
        design.apply(edit)
    frozen = {node.type for node in design.nodes.values() if node.frozen}
    assert frozen == {"Dense", "BatchNormalization"}
    assert {name.split("/")[0] for name, _ in engine.compile(design).moving_parameters()} == {"species"}
    for edit in transfer.unfrozen(design):
        design.apply(edit)
    assert not any(node.frozen for node in design.nodes.values())


def _accuracy(design: Design, weights: dict[str, np.ndarray] | None, seed: int, epochs: int) -> float:
    assert design.data is not None
    data = load(design.data.replace(split_seed=seed))
    trained = engine.compile(design, seed=seed)
    if weights:
        trained.load_weights(weights)
        before = {name: array.copy() for name, array in trained.weights.items()}
    for _ in engine.fit(trained, data, design.training.replace(epochs=epochs)):
        pass
    if weights:
        for name in weights:
            assert np.array_equal(before[name], trained.weights[name]), "frozen means to the bit"
    return evaluate(trained, data.test)["accuracy"]


def test_the_template_beats_training_from_scratch_over_five_seeds() -> None:
    """On the same 54 labels; from scratch gets half as many epochs more, and every layer to move."""
    archive = load_template("transfer")
    design, epochs = archive.design, archive.design.training.epochs
    free = design.copy()
    for edit in transfer.unfrozen(free):
        free.apply(edit)
    carried = [_accuracy(design, archive.weights, seed, epochs) for seed in range(SEEDS)]
    scratch = [_accuracy(free, None, seed, epochs * 3 // 2) for seed in range(SEEDS)]
    assert np.mean(carried) > np.mean(scratch) + 0.004, (carried, scratch)
    assert sum(a >= b for a, b in zip(carried, scratch, strict=True)) >= SEEDS - 1, (carried, scratch)


def test_half_of_the_digits_is_a_task_of_its_own() -> None:
    design = network(5)
    design.apply(e.SetSection("data", load_template("transfer").design.data))
    assert design.data is not None
    data = load(design.data)
    assert data.classes == ("5", "6", "7", "8", "9")
    assert set(np.asarray(data.train.y).tolist()) == set(range(5))
    assert len(data.train) == 54
