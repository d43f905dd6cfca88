"""Twenty steps of every optimizer against the recorded steps of Keras 3 (tests/reference/keras_optimizers.py)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.design.settings import TrainingSettings
from engine.optimizers import optimizers
from engine.optimizers.base import Updater
from engine.schedules import schedules
from engine.schedules.base import Response
from engine.training.averaging import WeightAverage
from engine.training.stepping import gradient_clipper
from tests.reference.keras_optimizers import CASES, GOLDEN, PLATEAUS, RATE, SIZE, gradients, scores

RECORDED = np.load(GOLDEN)
TRAINING = {
    "clipvalue": ("clip", "value"),
    "clipnorm": ("clip", "norm"),
    "global_clipnorm": ("clip", "global_norm"),
}


def ours(kind: str, settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the optimizer and the training settings that mean what Keras' settings do."""
    optimizer: dict[str, Any] = {"name": kind.lower()}
    training: dict[str, Any] = {}
    for name, value in settings.items():
        if name in TRAINING:
            training |= {"clip": TRAINING[name][1], "clip_limit": value}
        elif "ema" in name:
            training[name] = value
        else:
            optimizer[name] = value
    return optimizer, training


@pytest.mark.parametrize("name", CASES)
def test_twenty_steps(name: str) -> None:
    value, changes = ours(*CASES[name])
    training = TrainingSettings.validated(changes)
    start, steps = gradients()
    vector, gradient = start.reshape(-1).copy(), np.empty(2 * SIZE)
    network: Any = SimpleNamespace(
        parameter_vector=vector,
        gradient_vector=gradient,
        segments=((0, 2 * SIZE),),
        parameter_slices={"a": slice(0, SIZE), "b": slice(SIZE, 2 * SIZE)},
    )
    updater = Updater(optimizers.get(value), vector, gradient, network.segments)
    clip = gradient_clipper(network, training, network.segments)
    average = WeightAverage(network, training)
    # Keras takes the limit of a norm as a float32.
    tolerance = 1e-6 if "norm" in training.clip else 1e-11
    for step, row in enumerate(steps):
        gradient[...] = row.reshape(-1)
        if clip is not None:
            clip(float(np.linalg.norm(gradient)))
        updater.step(RATE)
        average.update()
        wanted = RECORDED[f"{name}|weights"][step].reshape(-1)
        if training.ema_overwrite_frequency or not training.use_ema:
            np.testing.assert_allclose(
                vector, wanted, rtol=tolerance, atol=tolerance, err_msg=f"step {step + 1}"
            )
    if training.use_ema:
        average.show()
        np.testing.assert_allclose(vector, RECORDED[f"{name}|average"].reshape(-1), rtol=1e-9)


def test_every_optimizer_was_recorded() -> None:
    assert {kind.lower() for kind, _ in CASES.values()} == set(optimizers.names())


@pytest.mark.parametrize("name", PLATEAUS)
def test_reduce_on_plateau(name: str) -> None:
    names = {"factor": "drop", "min_lr": "minimum"}
    settings = {names.get(key, key): value for key, value in PLATEAUS[name].items()}
    schedule, response = schedules.get({"name": "reduce_on_plateau", **settings}), Response()
    rates = []
    for score in scores():
        response = schedule.respond(response, score)
        rates.append(response.factor)
    np.testing.assert_allclose(rates, RECORDED[f"plateau {name}"], rtol=1e-6)
    assert len(set(rates)) > 2
