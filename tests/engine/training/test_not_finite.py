"""A run that blows up says where, and leaves weights that were good."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.training import evaluate, fit
from tests.engine.training.networks import classifier, points, regressor, whole_state


def test_a_learning_rate_far_too_large() -> None:
    design = regressor(epochs=50, optimizer={"name": "sgd", "learning_rate": 1e30})
    network = engine.compile(design)
    x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)
    with pytest.raises(
        TrainingError, match=r"epoch 1, batch 2 \(step 2\).*learning rate was 1e\+30"
    ) as caught:
        list(fit(network, (x, 3 * x)))
    assert caught.value.step == 2
    assert np.isfinite(network.parameter_vector).all()
    assert evaluate(network, (x, 3 * x))["loss"] < 100


def test_it_goes_back_to_weights_that_gave_a_finite_loss() -> None:
    design = classifier(epochs=50, optimizer={"name": "sgd", "learning_rate": 0.1})
    network, data = engine.compile(design), points()
    steps = fit(network, data)
    assert [next(steps).step for _ in range(40)][-1] == 40
    network.weights["dense_2/kernel"][0, 0] = np.nan
    with pytest.raises(TrainingError, match="The weights of step 32 were kept") as caught:
        next(steps)
    assert caught.value.node == "dense_2"
    assert "weights dense_2/kernel are not finite" in str(caught.value)
    assert evaluate(network, data)["loss"] < 1


def test_a_copy_that_was_never_proven_is_not_kept() -> None:
    design = classifier(epochs=50)
    network = engine.compile(design)
    first, steps = whole_state(network), fit(network, points())
    assert [next(steps).step for _ in range(32)][-1] == 32
    network.parameter_vector[...] = np.inf  # the copy at the next step takes these
    with pytest.raises(TrainingError, match="The weights of step 0 were kept"):
        next(steps)
    assert whole_state(network) == first


def test_data_that_is_not_finite_names_the_input() -> None:
    x, y = points().x.copy(), points().y
    x[50, 1] = np.nan
    with pytest.raises(TrainingError, match="input_1, the data itself is not finite") as caught:
        list(fit(engine.compile(classifier()), (x, y)))
    assert caught.value.node == "input_1"


def test_a_hidden_layer_that_overflows_is_named() -> None:
    design = classifier(hidden=(("Dense", {"units": 4}), ("Dense", {"units": 4})))
    network = engine.compile(design)
    network.weights["dense_1/kernel"][...] = 1e30
    network.weights["dense_2/kernel"][...] = 1e30
    with pytest.raises(TrainingError, match="at dense_2, its output is the first") as caught:
        list(fit(network, points()))
    assert caught.value.node == "dense_2"


def test_nothing_is_warned_of_on_the_console() -> None:
    # Warnings are errors in this suite: an overflow on the way would have raised something else.
    design = regressor(epochs=3, optimizer={"name": "sgd", "learning_rate": 1e20})
    x = np.full((8, 1), 1e20, np.float32)
    with pytest.raises(TrainingError):
        list(fit(engine.compile(design), (x, x)))
