"""The moving average of the weights: what is validated, what the run ends with, and what it goes on from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.training import RunControl, fit
from engine.training.evaluation import evaluate
from tests.engine.training.networks import classifier, points, whole_state

TRAIN, VALID = points(60), points(30, seed=4)
DATA = (TRAIN.x, TRAIN.y, VALID.x, VALID.y)


def vectors_of(design: engine.Design) -> list[np.ndarray]:
    """Return the weights after each step of a run without an average."""
    design = design.copy()
    design.training = design.training.replace(use_ema=False)
    network = engine.compile(design)
    return [network.parameter_vector.astype(float) for _ in fit(network, DATA)]


@pytest.mark.parametrize("validated", [True, False])
def test_the_run_ends_with_the_average_of_its_own_path(validated: bool) -> None:
    design = classifier(epochs=3, use_ema=True, ema_momentum=0.9, restore_best=False)
    path = vectors_of(design)
    average = path[0]
    for vector in path[1:]:
        average = 0.9 * average + 0.1 * vector
    network = engine.compile(design)
    for snapshot in fit(network, DATA if validated else DATA[:2]):
        if not snapshot.stopped:
            np.testing.assert_array_equal(
                network.parameter_vector, path[snapshot.step - 1].astype(np.float32)
            )
    np.testing.assert_allclose(network.parameter_vector, average, rtol=1e-4, atol=1e-6)


def test_validation_is_of_the_average() -> None:
    design = classifier(epochs=1, use_ema=True)
    network = engine.compile(design)
    last = list(fit(network, DATA))[-1]
    assert last.validation is not None
    assert evaluate(network, VALID)["loss"] == pytest.approx(last.validation["loss"], rel=1e-6)
    plain = classifier(epochs=1)
    network = engine.compile(plain)
    other = list(fit(network, DATA))[-1]
    assert other.metrics == last.metrics
    assert other.validation != last.validation


def test_a_run_that_is_left_has_the_average_and_goes_on_from_the_weights() -> None:
    design, control = classifier(epochs=3, use_ema=True, ema_momentum=0.8), RunControl()
    path = vectors_of(design)
    whole = engine.compile(design)
    for _ in fit(whole, DATA):
        pass
    network = engine.compile(design)
    for snapshot in fit(network, DATA, control=control):
        if snapshot.step == 6:
            break
    state = control.capture()
    np.testing.assert_array_equal(state.arrays["vector"], path[5].astype(np.float32))
    np.testing.assert_array_equal(network.parameter_vector, state.arrays["average"])
    second = engine.compile(design)
    for _ in fit(second, DATA, state=state):
        pass
    assert whole_state(second) == whole_state(whole)


def test_a_finished_run_goes_on_from_the_weights() -> None:
    settings: dict[str, Any] = {"use_ema": True, "ema_momentum": 0.8}
    control, short = RunControl(), engine.compile(classifier(epochs=2, **settings))
    for _ in fit(short, DATA, control=control):
        pass
    long, straight = (engine.compile(classifier(epochs=4, **settings)) for _ in range(2))
    for _ in fit(long, DATA, state=control.capture()):
        pass
    for _ in fit(straight, DATA):
        pass
    assert whole_state(long) == whole_state(straight)


def test_the_weights_become_the_average_now_and_then() -> None:
    design = classifier(epochs=2, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4)
    network, control = engine.compile(design), RunControl()
    for snapshot in fit(network, DATA, control=control):
        state = control.capture()
        same = np.array_equal(state.arrays["vector"], state.arrays["average"])
        assert same == (snapshot.step == 1 or snapshot.step % 4 == 0)


def test_a_run_without_an_average_may_begin_one_when_it_goes_on() -> None:
    control = RunControl()
    for snapshot in fit(engine.compile(classifier()), DATA, control=control):
        if snapshot.step == 5:
            break
    network, begun = engine.compile(classifier(use_ema=True)), RunControl()
    steps = fit(network, DATA, state=control.capture(), control=begun)
    next(steps)
    np.testing.assert_array_equal(begun.capture().arrays["average"], network.parameter_vector)
