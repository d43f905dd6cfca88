"""The training process: it trains what fit() trains, tells everything, obeys, and ends."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import WorkerError
from engine.data import DataSettings, load
from engine.design.templates import load as load_template
from engine.training import fit
from engine.training.diagnosis import ENOUGH
from engine.worker import SCALARS, Run, TrainingWorker, Watch, closing
from engine.worker import protocol as p
from tests.engine.worker.driving import driven, moons

KERNEL, ACTIVATIONS = Watch("dense_1", "kernel"), Watch("dense_1", "activations")


def test_a_whole_run_is_that_of_fit_bit_for_bit() -> None:
    design = moons(epochs=3)
    network = engine.compile(design)
    assert design.data is not None
    expected = list(fit(network, load(design.data), design.training))
    with driven() as driver:
        driver.worker.watch([KERNEL, ACTIVATIONS, Watch("nobody", "kernel")])
        driver.worker.start(Run.of(design))
        finished = driver.until(p.Finished)
        driver.look()
        assert (finished.reason, finished.step) == ("epochs", len(expected))

        rows = np.array(driver.rows)
        assert rows.shape == (len(expected), len(SCALARS))
        assert rows[:, 0].tolist() == [s.step for s in expected]
        assert rows[:, 2].tolist() == [s.loss for s in expected]
        assert rows[:, 5].tolist() == [s.gradient_norm for s in expected]

        ends = [s for s in expected if s.epoch_ended]
        told = driver.of(p.EpochEnded)
        assert [(e.epoch, e.step, e.metrics, e.validation) for e in told] == [
            (s.epoch, s.step, s.metrics, s.validation) for s in ends
        ]

        (weights,) = driver.of(p.Weights)
        assert weights.purpose == "final"
        assert weights.arrays.keys() == network.weights.keys()
        for name, array in weights.arrays.items():
            assert np.array_equal(array, network.weights[name])

        kinds = [type(event).__name__ for event in driver.events]
        assert kinds[:2] == ["Ready", "Started"]
        assert kinds[-2:] == ["Weights", "Finished"]

        version, value = driver.worker.read_watch(KERNEL) or (0, {})
        assert version
        assert np.array_equal(value["values"], network.weights["dense_1/kernel"])
        assert value["counts"].sum() == 12
        assert value["step"] == len(expected)
        _, value = driver.worker.read_watch(ACTIVATIONS) or (0, {})
        assert len(value["edges"]) == len(value["counts"]) + 1
        assert 0 <= value["dead"] <= 1
        assert math.isnan(value["saturated"])
        assert driver.worker.read_watch(Watch("nobody", "kernel")) is None
        _check_started(driver.of(p.Started)[0], network)
        assert {o.step for o in driver.observations} <= set(range(1, len(expected) + 1))
        assert driver.observations[0].gradient_rms.keys() == {"dense_1", "dense_2"}
        assert not driver.worker.poll()


def _check_started(started: p.Started, network: engine.Network) -> None:
    assert started.metrics == ("accuracy",)
    assert started.threads == 1
    assert started.parameters == network.parameter_vector.size
    assert [layer.node_id for layer in started.layers] == list(network.inference.order)
    assert started.layers[1].parameters == {"kernel": (2, 6), "bias": (6,)}
    assert started.layers[1].activation == "relu"
    assert started.preprocessing is not None
    assert started.preprocessing.classes


def test_pause_step_learning_rate_weights_resume_stop() -> None:
    with driven(Run.of(moons(epochs=1_000_000), paused=True)) as driver:
        worker = driver.worker
        assert driver.until(p.Paused).step == 0
        worker.step()
        assert driver.until(p.Paused).step == 1
        assert [row[0] for row in driver.rows] == [1]
        assert driver.observations[-1].step == 1  # a single step is always looked into

        worker.watch([KERNEL])  # and served while the run is held
        assert driver.until_true(lambda: worker.read_watch(KERNEL))[1]["step"] == 1

        worker.set_learning_rate(0.25)
        changed = driver.until(p.LearningRateChanged)
        assert (changed.step, changed.old, changed.new) == (2, pytest.approx(0.001), 0.25)
        worker.request_weights()
        weights = driver.until(p.Weights)
        assert (weights.purpose, weights.step) == ("request", 1)

        worker.resume()
        assert driver.until(p.Resumed).step == 1
        driver.until_true(lambda: len(driver.rows) > 50)
        assert driver.rows[1][3] == 0.25
        worker.pause()
        held = driver.until(p.Paused).step
        driver.look()
        assert driver.rows[-1][0] == held

        for _ in range(20):
            worker.stop()
        finished = driver.until(p.Finished)
        assert (finished.reason, finished.step) == ("stopped", held)
        assert worker.last_checkpoint is not None
        assert worker.last_checkpoint.step == held
        state = worker.last_checkpoint.run_state

    # The held run goes on in another process exactly as it would have here.
    straight = engine.compile(moons(epochs=1_000_000))
    design = moons(epochs=state.epoch + 1)
    assert design.data is not None
    network = engine.compile(design)
    expected = list(fit(network, load(design.data), design.training, state=state))
    with driven(Run.of(design, state=state)) as driver:
        driver.until(p.Finished)
        driver.look()
        assert [row[2] for row in driver.rows] == [s.loss for s in expected]
        assert driver.of(p.Started)[0].step == held
    assert straight.parameter_vector.size == network.parameter_vector.size


def test_two_workers_side_by_side_from_given_weights() -> None:
    design = moons(epochs=2, optimizer={"name": "sgd", "learning_rate": 0.0}, restore_best=False)
    kept = {name: array + 1 for name, array in engine.compile(design).weights.items()}
    with driven() as first, driven() as second:
        first.worker.prepare()  # an idle process, so that a later start begins at once
        second.worker.start(Run.of(design, weights=kept))
        first.until(p.Ready)
        first.worker.start(Run.of(design))
        for driver, expected in ((first, engine.compile(design).weights), (second, kept)):
            driver.until(p.Finished)
            (weights,) = driver.of(p.Weights)
            assert all(np.array_equal(weights.arrays[name], array) for name, array in expected.items())


@pytest.mark.parametrize(
    ("spoil", "message", "node"),
    [
        ("data", "names no data", ""),
        ("design", "", "dense_2"),
        ("shape", "takes samples of 3", "input_1"),
        ("rate", "is not a finite number in epoch 1", "dense_2"),
    ],
)
def test_what_fails_is_told_with_its_place(spoil: str, message: str, node: str) -> None:
    design = moons()
    if spoil == "data":
        design.data = None
    if spoil == "design":
        design.edges.remove(design.incoming("dense_2")[0])
    if spoil == "shape":
        design = engine.Design()
        design.data = DataSettings(source="moons")
        design.add(
            "Output", design.add("Dense", design.add("Input", shape=(3,)), units=2, activation="softmax")
        )
    if spoil == "rate":
        design = moons(optimizer={"name": "sgd", "learning_rate": 1e38})
    with driven(Run.of(design)) as driver:
        failed = driver.until(p.Failed)
        assert message in failed.message
        assert node == failed.node or spoil == "rate"
        if spoil == "rate":
            finding, *_ = driver.of(p.Findings)[-1].findings
            assert (finding.kind, finding.node) == ("not_finite", failed.node)
            weights = driver.of(p.Weights)[-1]
            assert weights.purpose == "last_good"
            assert all(np.isfinite(array).all() for array in weights.arrays.values())


def test_a_worker_is_for_one_run() -> None:
    with driven(Run.of(moons(epochs=1))) as driver:
        with pytest.raises(WorkerError, match="make a new one"):
            driver.worker.start(Run.of(moons()))
        driver.until(p.Finished)
        driver.worker.pause()  # too late, and no matter
    worker = TrainingWorker()
    worker.close()
    assert worker.poll() == worker.read_observations() == worker.waitables() == []
    with pytest.raises(WorkerError, match="closed"):
        worker.start(Run.of(moons()))


def test_a_run_that_breaks_off_after_two_steps_is_told_to_have_exploded() -> None:
    with driven(Run.of(load_template("exploding"))) as driver:
        failed = driver.until(p.Failed)
        assert failed.step < ENOUGH
        kinds = [finding.kind for finding in driver.of(p.Findings)[-1].findings]
        assert kinds == ["not_finite", "exploding"]


@pytest.mark.parametrize("epochs", [2, 1_000_000])
def test_a_run_ends_with_the_average_of_its_weights_and_can_go_on_from_the_weights(epochs: int) -> None:
    """Whether it comes to its end or is stopped."""
    with driven(Run.of(moons(epochs=epochs, use_ema=True, restore_best=False))) as driver:
        driver.until_true(lambda: len(driver.rows) > 8)
        driver.worker.stop()
        driver.until(p.Finished)
        final = driver.of(p.Weights)[-1]
    assert final.purpose == "final"
    state = final.run_state
    weights = np.sort(np.concatenate([array.reshape(-1) for array in final.arrays.values()]))
    np.testing.assert_array_equal(weights, np.sort(state.arrays["average"]))
    assert not np.array_equal(weights, np.sort(state.arrays["vector"]))


def test_the_test_part_is_evaluated_at_the_end() -> None:
    design = moons(epochs=3)
    assert design.data is not None
    design.data = design.data.replace(test_fraction=0.25)
    network, data = engine.compile(design), load(design.data)
    for _ in fit(network, data, design.training):
        pass
    assert data.test is not None
    with driven(Run.of(design)) as driver:
        finished = driver.until(p.Finished)
    assert finished.evaluation == {"test": engine.evaluate(network, data.test, design.training.metrics)}


def test_who_stops_a_run_does_not_wait_for_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    design = moons()
    assert design.data is not None
    design.data = design.data.replace(test_fraction=0.25)
    network, data = engine.compile(design), load(design.data)
    monkeypatch.setattr(closing, "PATIENCE", -1.0)
    line: Any = SimpleNamespace(stop_asked=True, look_for_stop=lambda: None)
    for stopped in (True, False):
        assert closing.final_figures(network, data, line, stopped=stopped) == {}


def test_nothing_of_a_run_is_told_before_its_start() -> None:
    """The table of epochs is shared memory: it may fill while `Started` is still in the pipe."""
    ended = p.EpochEnded(epoch=1, step=2, metrics={}, validation=None, learning_rate=0.1, seconds=0.0)
    inbox: list[p.Message] = []
    channel = SimpleNamespace(
        is_closed=False, take=lambda: p.encode(inbox.pop(0)) if inbox else None, close=lambda: None
    )
    with TrainingWorker(threads=1) as worker:
        worker._spawned = SimpleNamespace(channel=channel)  # type: ignore[assignment]
        worker._epochs = SimpleNamespace(read=lambda: [ended])  # type: ignore[assignment]
        assert worker.poll() == []
        inbox.append(p.Ready(pid=1))
        assert [type(event).__name__ for event in worker.poll()] == ["Ready"]
        worker._started = True
        assert worker.poll() == [ended]
