"""fit(): the loop, its settings, and what it yields."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data.dataset import Split
from engine.training import RunControl, Snapshot, evaluate, fit
from tests.engine.training.networks import SAMPLES, classifier, points, regressor, whole_state

VALIDATION = points(30, seed=9)


def run(design: engine.Design, data: Any = None, **arguments: Any) -> tuple[list[Snapshot], Any]:
    network = engine.compile(design)
    return list(fit(network, points() if data is None else data, **arguments)), network


def test_it_is_a_plain_generator_and_leaves_off_where_the_loop_is_left() -> None:
    network = engine.compile(classifier())
    steps = fit(network, points())
    assert inspect.isgenerator(steps)
    assert next(steps).step == 1
    first = whole_state(network)
    next(steps)
    steps.close()
    assert whole_state(network) != first


def test_steps_epochs_and_the_last_smaller_batch() -> None:
    snapshots, network = run(classifier(epochs=3))
    per_epoch = math.ceil(SAMPLES / 16)
    assert len(snapshots) == 3 * per_epoch == snapshots[0].total_steps
    assert [s.step for s in snapshots] == list(range(1, len(snapshots) + 1))
    assert [s.step for s in snapshots if s.epoch_ended] == [per_epoch, 2 * per_epoch, 3 * per_epoch]
    assert [s.stopped for s in snapshots] == [""] * (len(snapshots) - 1) + ["epochs"]
    assert {plan.batch for plan in network._plans.values()} == {16, SAMPLES % 16}


def test_it_learns() -> None:
    design = classifier(epochs=60, optimizer={"name": "adam", "learning_rate": 0.02})
    snapshots, network = run(design)
    assert snapshots[-1].metrics["accuracy"] > 0.95
    assert evaluate(network, points())["accuracy"] > 0.95


def test_a_step_is_the_step_of_the_network_itself() -> None:
    design = classifier(
        epochs=1, batch_size=SAMPLES, shuffle=False, optimizer={"name": "sgd", "learning_rate": 0.5}
    )
    (snapshot,), network = run(design)
    other, data = engine.compile(design), points()
    loss = other.train_step(data.x, data.y, engine.optimizers.SGD(learning_rate=0.5))
    assert snapshot.loss == loss
    assert whole_state(network) == whole_state(other)


@pytest.mark.parametrize(
    ("batching", "batch", "steps"),
    [("mini_batch", 32, 3), ("full_batch", SAMPLES, 1), ("single_sample", 1, SAMPLES)],
)
def test_batching(batching: str, batch: int, steps: int) -> None:
    snapshots, network = run(classifier(epochs=1, batching=batching, batch_size=32))
    assert len(snapshots) == steps
    assert batch in {plan.batch for plan in network._plans.values()}


def test_metrics_at_the_end_of_an_epoch_are_those_of_all_its_batches() -> None:
    design = classifier(epochs=1, optimizer={"name": "sgd", "learning_rate": 0.0})
    snapshots, network = run(design)
    assert snapshots[-1].metrics == pytest.approx(evaluate(network, points()), rel=1e-6)


def test_every_snapshot_has_a_metric_and_keeps_it() -> None:
    snapshots, _ = run(classifier(epochs=2))
    assert all(0 <= s.metric <= 1 and math.isfinite(s.metrics["loss"]) for s in snapshots)


def test_equal_seeds_give_equal_weights_and_another_seed_others() -> None:
    design = classifier(hidden=(("Dense", {"units": 6, "activation": "relu"}), ("Dropout", {"rate": 0.2})))
    states = [whole_state(run(design, seed=seed)[1]) for seed in (1, 1, 2)]
    assert states[0] == states[1] != states[2]


def test_without_shuffling_the_order_is_that_of_the_data() -> None:
    x = np.arange(8, dtype=np.float32).reshape(-1, 1)
    design = regressor(epochs=1, batch_size=1, shuffle=False, optimizer={"name": "sgd", "learning_rate": 0.0})
    snapshots, network = run(design, (x, x * 0))
    weight = float(network.weights["dense_1/kernel"][0, 0])
    assert [s.loss for s in snapshots] == pytest.approx([(weight * i) ** 2 for i in range(8)], rel=1e-5)


def test_the_schedule_and_a_live_change_of_the_learning_rate() -> None:
    design = classifier(epochs=2, schedule="cosine")
    network, control, rates = engine.compile(design), RunControl(), []
    for snapshot in fit(network, points(), control=control):
        rates.append(snapshot.learning_rate)
        if snapshot.step == 3:
            control.learning_rate = 0.125
    assert rates[3] == pytest.approx(0.125)
    assert rates[0] > rates[1] > rates[2]
    assert rates[3] > rates[4] > rates[-1]


@pytest.mark.parametrize("clip", ["value", "norm", "global_norm"])
def test_clipping(clip: str) -> None:
    limit = 1e-3
    design = classifier(
        epochs=1,
        batch_size=SAMPLES,
        clip=clip,
        clip_limit=limit,
        optimizer={"name": "sgd", "learning_rate": 1.0},
    )
    network = engine.compile(design)
    before = {name: array.copy() for name, array in network.parameters.items()}
    (snapshot,) = fit(network, points())
    assert snapshot.gradient_norm > limit
    moved = {name: array - before[name] for name, array in network.parameters.items()}
    norms = {name: float(np.linalg.norm(change)) for name, change in moved.items()}
    largest = max(float(abs(change).max()) for change in moved.values())
    total = math.sqrt(sum(norm**2 for norm in norms.values()))
    figure = {"value": largest, "norm": max(norms.values()), "global_norm": total}[clip]
    assert figure == pytest.approx(limit, rel=1e-3)


def test_validation_at_epoch_ends_and_always_at_the_last() -> None:
    x, y = points().x, points().y
    snapshots, network = run(
        classifier(epochs=5, validate_every=2, restore_best=False), (x, y, VALIDATION.x, VALIDATION.y)
    )
    ends = [s for s in snapshots if s.epoch_ended]
    assert [s.validation is not None for s in ends] == [False, True, False, True, True]
    assert ends[-1].validation == pytest.approx(evaluate(network, VALIDATION))
    assert all(s.validation is None for s in snapshots if not s.epoch_ended)


def test_patience_stops_and_the_best_weights_come_back() -> None:
    design = classifier(epochs=50, patience=3, optimizer={"name": "sgd", "learning_rate": 0.4})
    # Training on labels turned round: the validation loss only gets worse.
    turned = Split(points().x, 1 - points().y)
    data = (turned.x, turned.y, VALIDATION.x, VALIDATION.y)
    snapshots, network = run(design, data)
    ends = [s for s in snapshots if s.epoch_ended]
    losses = [s.validation["loss"] for s in ends if s.validation]
    best = int(np.argmin(losses)) + 1
    assert ends[-1].stopped == "patience"
    assert len(ends) == best + 3
    assert ends[-1].restored_epoch == best
    assert evaluate(network, VALIDATION)["loss"] == pytest.approx(min(losses))


def test_without_validation_the_last_weights_stand() -> None:
    snapshots, _ = run(classifier(epochs=6, optimizer={"name": "sgd", "learning_rate": 3.0}))
    assert snapshots[-1].restored_epoch == 0


def test_a_small_gradient_stops_the_run() -> None:
    design = regressor(epochs=500, batching="full_batch", gradient_norm_threshold=1e-3)
    design.training = design.training.replace(optimizer={"name": "sgd", "learning_rate": 0.1})
    x = np.linspace(-1, 1, 20, dtype=np.float32).reshape(-1, 1)
    snapshots, _ = run(design, (x, 2 * x + 1))
    assert snapshots[-1].stopped == "gradient_norm"
    assert snapshots[-1].gradient_norm < 1e-3 <= snapshots[-2].gradient_norm


def test_a_frozen_layer_does_not_move() -> None:
    design = classifier(hidden=(("Dense", {"units": 5, "frozen": True}),))
    first = engine.compile(design).weights["dense_1/kernel"].copy()
    _, network = run(design)
    assert np.array_equal(network.weights["dense_1/kernel"], first)


def test_nothing_to_train_is_said_at_the_call() -> None:
    design = engine.Design()
    design.add(
        "Output", design.add("Dense", design.add("Input"), units=2, frozen=True), loss="mean_squared_error"
    )
    with pytest.raises(TrainingError, match="frozen"):
        fit(engine.compile(design), (np.zeros((3, 2)), np.zeros((3, 2))))


@pytest.mark.parametrize("parts", [(), (1,), (1, 2, 3)])
def test_data_of_the_wrong_number_of_parts(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="parts"):
        fit(engine.compile(regressor()), tuple(np.zeros((2, 1)) for _ in parts))
