"""Small designs and data for the tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import engine
from engine.compiler.network import Network
from engine.data.dataset import Split
from engine.design.settings import TrainingSettings

SAMPLES = 90


def classifier(
    hidden: Sequence[tuple[str, dict[str, Any]]] = (("Dense", {"units": 8, "activation": "tanh"}),),
    **training: Any,
) -> engine.Design:
    """A classifier of points in the plane, with two classes."""
    design = engine.Design("points", seed=3)
    node = design.add("Input", shape=(2,))
    for layer, settings in hidden:
        node = design.add(layer, node, **settings)
    node = design.add("Dense", node, units=2, activation="softmax")
    design.add("Output", node, loss="categorical_crossentropy")
    design.training = TrainingSettings.validated({"epochs": 4, "batch_size": 16, **training})
    return design


def regressor(**training: Any) -> engine.Design:
    """One linear unit."""
    design = engine.Design("line", seed=1)
    node = design.add("Dense", design.add("Input", shape=(1,)), units=1)
    design.add("Output", node, loss="mean_squared_error")
    design.training = TrainingSettings.validated({"epochs": 3, "batch_size": 8, **training})
    return design


def points(samples: int = SAMPLES, seed: int = 0) -> Split:
    """Points in the plane; the class is whether both coordinates have one sign."""
    x = np.random.default_rng(seed).normal(size=(samples, 2)).astype(np.float32)
    return Split(x, (x[:, 0] * x[:, 1] > 0).astype(np.int64))


def whole_state(network: Network) -> bytes:
    """Every bit of the weights and statistics."""
    return network.parameter_vector.tobytes() + network.store.statistics.tobytes()
