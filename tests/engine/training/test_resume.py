"""A held run goes on bit for bit, also through a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.training import History, RunControl, RunState, Snapshot, fit
from engine.training.archive import load_archive, save_archive
from tests.engine.training.networks import classifier, points, whole_state

HIDDEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Dense", {"units": 7, "activation": "relu", "kernel_reparameterization": "spectral"}),
    ("BatchNormalization", {}),
    ("Dropout", {"rate": 0.3}),
    ("GaussianNoise", {}),
)
X, Y, VX, VY = points().x, points().y, points(25, seed=4).x, points(25, seed=4).y


def design_with(optimizer: str) -> engine.Design:
    return classifier(hidden=HIDDEN, epochs=4, optimizer=optimizer, schedule="cosine", metrics=["accuracy"])


def facts(snapshot: Snapshot) -> tuple[object, ...]:
    s = snapshot
    return (s.step, s.epoch, s.loss, s.learning_rate, s.gradient_norm, s.metrics, s.validation, s.stopped)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("held_at", [1, 6, 9, 17])
def test_hold_save_load_and_go_on_equals_an_uninterrupted_run(
    held_at: int, optimizer: str, tmp_path: Path
) -> None:
    design, data = design_with(optimizer), (X, Y, VX, VY)
    whole = engine.compile(design)
    expected = [facts(s) for s in fit(whole, data)]

    first, control, seen = engine.compile(design), RunControl(), []
    for snapshot in fit(first, data, control=control):
        seen.append(facts(snapshot))
        if snapshot.step == held_at:
            break
    save_archive(tmp_path / "held.gradloom", design, weights=first.weights, run_state=control.capture())

    archive = load_archive(tmp_path / "held.gradloom")
    assert archive.design == design
    assert archive.run_state is not None
    assert archive.run_state.step == held_at
    second = engine.compile(archive.design)
    seen += [facts(s) for s in fit(second, data, state=archive.run_state)]
    assert seen == expected
    assert whole_state(second) == whole_state(whole)


PARTS: dict[str, dict[str, Any]] = {
    "plateau": {"schedule": {"name": "reduce_on_plateau", "patience": 1, "min_delta": 0.05, "drop": 0.5}},
    "one cycle": {"schedule": "one_cycle", "optimizer": {"name": "adam", "weight_decay": 0.1}},
    "one cycle, momentum": {"schedule": "one_cycle", "optimizer": {"name": "sgd", "momentum": 0.9}},
    "restarts": {"schedule": {"name": "cosine_restarts", "first_period": 1.3}, "optimizer": "lion"},
    "average": {"use_ema": True, "ema_momentum": 0.7},
    "average overwrites": {"use_ema": True, "ema_overwrite_frequency": 5, "optimizer": "nadam"},
    "average, patience": {"use_ema": True, "ema_momentum": 0.5, "patience": 3, "optimizer": "adadelta"},
    "class weights": {"class_weight": "balanced", "optimizer": "adamax"},
}


@pytest.mark.parametrize("held_at", [1, 9, 12])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_run_goes_on_bit_for_bit(part: str, held_at: int) -> None:
    design, data = classifier(hidden=HIDDEN, **{"epochs": 4, **PARTS[part]}), (X, Y, VX, VY)
    whole, last = engine.compile(design), RunControl()
    expected = [facts(s) for s in fit(whole, data, control=last)]
    first, control, seen = engine.compile(design), RunControl(), []
    for snapshot in fit(first, data, control=control):
        seen.append(facts(snapshot))
        if snapshot.step == held_at:
            break
    state = RunState.from_bytes(control.capture().to_bytes())
    second = engine.compile(design)
    seen += [facts(s) for s in fit(second, data, state=state, control=control)]
    assert seen == expected
    assert whole_state(second) == whole_state(whole)
    ours, theirs = control.capture(), last.capture()
    ours.facts["seconds"] = theirs.facts["seconds"] = 0.0
    assert ours.facts == theirs.facts
    for name, array in theirs.arrays.items():
        assert name == "history/seconds" or array.tobytes() == ours.arrays[name].tobytes(), name


def test_what_a_schedule_has_made_of_a_run_ends_with_the_schedule() -> None:
    falling = {"name": "reduce_on_plateau", "patience": 1, "min_delta": 10.0, "drop": 0.5}
    control = RunControl()
    for snapshot in fit(engine.compile(classifier(schedule=falling)), (X, Y), control=control):
        if snapshot.epoch == 4:
            assert snapshot.learning_rate == pytest.approx(0.001 / 4)
            break
    for schedule, rate in ((falling, 0.001 / 4), ("constant", 0.001)):
        network = engine.compile(classifier(schedule=schedule))
        assert next(fit(network, (X, Y), state=control.capture())).learning_rate == pytest.approx(rate)


def test_a_state_travels_as_bytes() -> None:
    network, control = engine.compile(design_with("adam")), RunControl()
    steps = fit(network, (X, Y), control=control)
    next(steps)
    state = control.capture()
    twin = RunState.from_bytes(state.to_bytes())
    assert twin.facts == state.facts
    assert twin.arrays.keys() == state.arrays.keys()
    assert all(np.array_equal(twin.arrays[name], state.arrays[name]) for name in state.arrays)


def test_a_finished_run_goes_on_when_there_are_more_epochs() -> None:
    data, control = (X, Y, VX, VY), RunControl()
    short = classifier(epochs=2)
    for _ in fit(engine.compile(short), data, control=control):
        pass
    long, straight = classifier(epochs=4), engine.compile(classifier(epochs=4))
    list(fit(straight, data))
    network = engine.compile(long)
    last = list(fit(network, data, state=control.capture()))
    assert last[0].epoch == 3
    assert whole_state(network) == whole_state(straight)


def test_the_history_goes_on() -> None:
    control = RunControl()
    steps = fit(engine.compile(classifier()), (X, Y), control=control)
    for snapshot in steps:
        if snapshot.epoch == 3:
            break
    state = control.capture()
    history = History.from_arrays(
        {
            name.removeprefix("history/"): array
            for name, array in state.arrays.items()
            if name.startswith("history/")
        }
    )
    assert history.column("epoch").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": 5}, "samples"),
        ({"optimizer": "rmsprop"}, "optimizer"),
        ({"shuffle": {"bit_generator": "PCG64"}}, "damaged"),
        ({"meter": None}, "damaged"),
    ],
)
def test_a_state_of_another_run_is_refused_and_changes_nothing(
    change: dict[str, object], message: str
) -> None:
    control, network = RunControl(), engine.compile(classifier())
    next(fit(network, (X, Y), control=control))
    state = control.capture()
    state.facts.update(change)
    other = engine.compile(classifier())
    before = whole_state(other)
    with pytest.raises(TrainingError, match=message):
        fit(other, (X, Y), state=state)
    assert whole_state(other) == before


def test_a_state_of_a_network_of_other_sizes_is_refused() -> None:
    control = RunControl()
    next(fit(engine.compile(classifier()), (X, Y), control=control))
    wider = engine.compile(classifier(hidden=(("Dense", {"units": 9}),)))
    with pytest.raises(TrainingError, match="other layers"):
        fit(wider, (X, Y), state=control.capture())
