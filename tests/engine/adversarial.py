"""A small adversarial network for tests: a generator and a discriminator of two layers each, drawn twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.design import Design
from engine.design import edits as e
from engine.design.phases import Objective, Phase


def adversarial(
    loss: str = "binary_crossentropy",
    *,
    units: int = 8,
    steps: int = 1,
    clip_weights: float = 0.0,
    batch_size: int = 8,
    normalized: bool = False,
    spectral: bool = False,
) -> Design:
    """Return the design. With `loss` "wasserstein" the targets are 1 and -1, else 1 and 0."""
    design = Design("adversarial", seed=4)
    end = "sigmoid" if loss == "binary_crossentropy" else "linear"
    low = -1.0 if loss == "wasserstein" else 0.0
    real = design.add("Input", shape=(2,), name="real")
    z = design.add("Noise", shape=(3,), name="z")
    g1 = design.add("Dense", z, units=units, activation="tanh", name="g1")
    middle = [design.add("BatchNormalization", g1, name="g_norm")] if normalized else []
    g2 = design.add("Dense", [*middle, g1][0], units=2, name="g2")
    rule = "spectral" if spectral else None
    first: dict[str, Any] = {"units": units, "activation": "relu", "kernel_reparameterization": rule}
    last: dict[str, Any] = {"units": 1, "activation": end, "kernel_reparameterization": rule}
    d1 = design.add("Dense", real, name="d1", **first)
    d2 = design.add("Dense", d1, name="d2", **last)
    f1 = design.add("Dense", g2, name="f1", **first)
    f2 = design.add("Dense", f1, name="f2", **last)
    for twin, owner in ((f1, d1), (f2, d2)):
        design.apply(e.ReplaceNode(twin.with_(shares=owner.id)))
    on_real = design.add("Output", d2, loss=loss, name="on_real")
    on_made = design.add("Output", f2, loss=loss, name="on_made")
    design.phases = (
        Phase(
            name="discriminator",
            objectives=(
                Objective(output=on_real.id, target=1.0),
                Objective(output=on_made.id, target=low),
            ),
            trains=(d1.id, d2.id),
            steps=steps,
            clip_weights=clip_weights,
        ),
        Phase(
            name="generator",
            objectives=(Objective(output=on_made.id, target=1.0),),
            trains=(g1.id, g2.id, *(node.id for node in middle)),
        ),
    )
    adam = {"name": "adam", "learning_rate": 0.01, "beta_1": 0.5}
    design.training = engine.TrainingSettings(epochs=3, batch_size=batch_size, optimizer=adam)
    return design


def ring(samples: int = 40, noise: float = 0.05) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points (N, 2) around eight places on a circle, and the number of the place."""
    random = np.random.default_rng(1)
    labels = np.arange(samples) % 8
    angle = 2 * np.pi * labels / 8
    points = np.column_stack((np.cos(angle), np.sin(angle)))
    return points + random.normal(0, noise, points.shape), labels
