"""Class weights multiply each sample's part in the training loss, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import SettingError, TrainingError
from engine.data.dataset import Split
from engine.design.settings import TrainingSettings
from engine.training import fit
from engine.training.class_weights import class_weights_of
from engine.training.targets import bind_data

RANDOM = np.random.default_rng(5)
X = RANDOM.standard_normal((40, 3)).astype(np.float32)
Y = np.array([0] * 28 + [1] * 10 + [2] * 2)


def network_for(loss: str, units: int = 3, **training: Any) -> Any:
    design = engine.Design("rare", seed=2)
    activation = "sigmoid" if loss == "binary_crossentropy" else "softmax"
    node = design.add("Dense", design.add("Input", shape=(3,)), units=units, activation=activation)
    design.add("Output", node, loss=loss)
    settings = {"epochs": 1, "batching": "full_batch", "optimizer": "sgd", **training}
    design.training = TrainingSettings.validated(settings)
    return engine.compile(design, dtype="float64")


@pytest.mark.parametrize(
    "loss", ["categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"]
)
def test_the_loss_of_a_step_is_the_weighted_mean(loss: str) -> None:
    weights = np.array([0.5, 2.0, 7.0])
    network = network_for(loss, class_weight="custom", class_weight_values=weights.tolist())
    p = network.predict(X)
    wanted = float(np.mean(weights[Y] * -np.log(p[np.arange(len(Y)), Y])))
    (snapshot,) = fit(network, (X, Y, X, Y))
    assert snapshot.loss == pytest.approx(wanted, rel=1e-6)
    assert snapshot.validation is not None
    p = network.predict(X)
    unweighted = -np.log(p[np.arange(len(Y)), Y]).mean()
    assert snapshot.validation["loss"] == pytest.approx(unweighted, rel=1e-6)


def test_a_sample_that_counts_twice_is_a_sample_that_is_there_twice() -> None:
    """Whole weights are copies: the gradient is the same up to the number of samples."""
    weighted = network_for(
        "sparse_categorical_crossentropy", class_weight="custom", class_weight_values=[1, 3, 5]
    )
    again = np.repeat(np.arange(len(Y)), np.array([1, 3, 5])[Y])
    plain = network_for("sparse_categorical_crossentropy")
    weighted.weigh_classes(
        class_weights_of(weighted, bind_data(weighted, Split(X, Y)), weighted.design.training)
    )
    loss, gradients = weighted.loss_and_gradients(X, Y)
    their_loss, theirs = plain.loss_and_gradients(X[again], Y[again])
    scale = len(again) / len(Y)
    assert loss == pytest.approx(their_loss * scale)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, theirs[name] * scale, rtol=1e-9, atol=1e-14)


def test_balanced_weights() -> None:
    network = network_for("sparse_categorical_crossentropy", units=4, class_weight="balanced")
    (weights,) = class_weights_of(network, bind_data(network, Split(X, Y)), network.design.training).values()
    np.testing.assert_allclose(weights, [40 / (4 * 28), 1, 40 / (4 * 2), 1])


def test_yes_or_no() -> None:
    y = (Y > 0).astype(np.int64)
    network = network_for("binary_crossentropy", units=1, class_weight="balanced")
    p = network.predict(X)[:, 0]
    counts = np.where(y > 0, 40 / (2 * 12), 40 / (2 * 28))
    wanted = np.mean(counts * -np.log(np.where(y > 0, p, 1 - p)))
    (snapshot,) = fit(network, (X, y))
    assert snapshot.loss == pytest.approx(wanted, rel=1e-6)


def test_class_weights_end_with_the_run_that_set_them() -> None:
    network = network_for("sparse_categorical_crossentropy", class_weight="balanced")
    list(fit(network, (X, Y)))
    assert network.class_weights
    list(fit(network, (X, Y), TrainingSettings(epochs=1)))
    assert not network.class_weights


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (
            ("sparse_categorical_crossentropy", {"class_weight_values": [1, 2]}),
            "2 class weights, but output_1",
        ),
        (("sparse_categorical_crossentropy", {}), "0 class weights"),
        (("mean_squared_error", {"class_weight_values": [1, 2, 3]}), "an output that tells classes apart"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit(case: tuple[str, dict[str, Any]], message: str) -> None:
    loss, training = case
    settings = TrainingSettings.validated({"class_weight": "custom", **training})
    y = RANDOM.standard_normal((40, 3)) if loss == "mean_squared_error" else Y
    with pytest.raises(TrainingError, match=message):
        fit(network_for(loss), (X, y), settings)


def test_a_weight_is_not_negative() -> None:
    with pytest.raises(SettingError, match="from 0 on"):
        TrainingSettings.validated({"class_weight_values": [1, -1]})
