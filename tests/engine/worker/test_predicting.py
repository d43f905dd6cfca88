"""Predictions watched in a run: they come, they follow the run, and the run does not notice."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.data import load
from engine.design.design import Design
from engine.training.predictions import Predictor
from engine.worker import Run, Watch
from engine.worker import protocol as p
from engine.worker.predicting import Predicting
from engine.worker.shared import SharedBlock, read_slot
from tests.engine.worker.driving import driven, moons

PREDICTIONS = Watch("", "predictions")


def noisy(epochs: int = 4) -> Design:
    """A network whose training draws from random streams and keeps statistics."""
    design = moons(epochs=epochs)
    fresh = Design("noisy")
    x = fresh.add("Input", shape=(2,))
    x = fresh.add("Dense", x, units=8, activation="relu")
    x = fresh.add("BatchNormalization", x)
    x = fresh.add("Dropout", x, rate=0.3)
    x = fresh.add("Dense", x, units=2, activation="softmax")
    fresh.add("Output", x, loss="categorical_crossentropy")
    fresh.data, fresh.training = design.data, design.training
    return fresh


def test_a_run_is_the_same_with_and_without_somebody_looking() -> None:
    finals = []
    for watches in ([], [PREDICTIONS, Watch("", "predictions/train"), Watch("dense_1", "kernel")]):
        with driven() as driver:
            driver.worker.watch(watches)
            driver.worker.start(Run.of(noisy()))
            driver.until(p.Finished)
            driver.look()
            finals.append((driver.of(p.Weights)[-1], np.array(driver.rows)[:, :6]))
    (unseen, rows), (seen, rows_seen) = finals
    assert np.array_equal(rows, rows_seen)
    assert unseen.packed == seen.packed
    first, second = unseen.run_state, seen.run_state
    assert {k: v for k, v in first.facts.items() if k != "seconds"} == {
        k: v for k, v in second.facts.items() if k != "seconds"
    }


def test_what_comes_last_is_of_the_final_weights() -> None:
    design = noisy()
    with driven() as driver:
        driver.worker.watch([PREDICTIONS])
        driver.worker.start(Run.of(design))
        finished = driver.until(p.Finished)
        version, value = driver.until_true(lambda: driver.worker.read_watch(PREDICTIONS))
        (weights,) = driver.of(p.Weights)
        network = engine.compile(design)
        network.load_weights(weights.arrays)
        assert design.data is not None
        expected = Predictor(network, load(design.data))
        assert version
        assert value["step"] == finished.step
        assert value["about"] == expected.about
        for name, array in expected.compute().items():
            if name == "grid" and array.shape != value[name].shape:
                continue  # a busy machine is asked on a coarser grid
            assert array == pytest.approx(value[name], abs=1e-6)


def test_a_held_run_answers_and_a_step_changes_the_answer() -> None:
    with driven() as driver:
        driver.worker.start(Run.of(noisy(), paused=True))
        driver.until(p.Paused)
        driver.worker.watch([PREDICTIONS])
        before = driver.until_true(lambda: driver.worker.read_watch(PREDICTIONS))
        assert before[1]["step"] == 0
        driver.worker.step()
        driver.until(p.Paused)
        after = driver.until_true(
            lambda: (found := driver.worker.read_watch(PREDICTIONS)) and found[1]["step"] == 1 and found
        )
        assert after[0] > before[0]
        assert not np.array_equal(before[1]["grid"], after[1]["grid"])


def test_a_part_that_is_not_there_gives_the_usual_one() -> None:
    with driven() as driver:
        watch = Watch("nobody", "predictions/test")
        driver.worker.watch([watch])
        driver.worker.start(Run.of(noisy(epochs=1)))
        driver.until(p.Finished)
        _, value = driver.until_true(lambda: driver.worker.read_watch(watch))
        assert value["about"]["kind"] == "surface"
        assert [name for name, _, _ in value["about"]["parts"]] == ["train", "validation"]


def test_a_picture_that_fails_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    design = noisy()
    assert design.data is not None
    network, block = engine.compile(design), SharedBlock()
    try:
        predicting = Predicting(network, load(design.data), block, 0.02)
        predicting.begin()
        layout = predicting.lay(PREDICTIONS, 0)
        assert not layout.problem
        assert predicting.is_due(1e12)
        monkeypatch.setattr(Predictor, "compute", lambda self: 1 / 0)
        predicting.fill(1)
        assert not predicting.is_due(1e12)
        predicting.begin()
        monkeypatch.setattr(Predictor, "__init__", lambda self, *_: 1 / 0)
        failed = predicting.lay(Watch("", "predictions/train"), layout.size)
        assert "ZeroDivisionError" in failed.about["problem"]
        assert read_slot(block, failed) is not None
        assert predicting.lay(PREDICTIONS, 0).about == layout.about  # it was made before
    finally:
        block.close()
