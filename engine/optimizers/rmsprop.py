"""RMSprop: steps divided by the recent size of the gradient."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class RMSprop(Optimizer, frozen=True):
    """RMSprop: divides each weight's step by the root of the running mean of its squared gradient.

    Formula: v = rho v + (1 - rho) g²; s = r g / √(v + epsilon); w = w - s. With momentum u: m = u m + s; w = w - m.
    centered: the running mean of g is kept too, and its square is taken off v under the root.
    The epsilon stands under the root, as in Keras 3 (PyTorch adds it to the root).
    Source: Hinton 2012, Neural networks for machine learning, lecture 6e.
    """

    FORMULA: ClassVar[str] = "v ← ρ·v + (1 − ρ)·g²,   w ← w − η·g / √(v + ε)"
    SLOTS: ClassVar[tuple[str, ...]] = ("velocity", "momentum", "average_gradient")
    MOMENTUM: ClassVar[str] = "momentum"

    learning_rate: Annotated[
        float,
        Meta(ge=0, description="Size of each step along the negative gradient.", extra={"scale": "log"}),
    ] = 0.001
    rho: Annotated[float, Meta(ge=0, lt=1, description="Part of the running mean that is kept.")] = 0.9
    momentum: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the last step that is kept.", extra={"basic": False})
    ] = 0.0
    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the root above 0.", extra={"basic": False, "scale": "log"})
    ] = 1e-7
    centered: Annotated[
        bool, Meta(description="Divide by the spread rather than the size.", extra={"basic": False})
    ] = False

    def slot_names(self) -> tuple[str, ...]:
        wanted = (True, self.momentum > 0, self.centered)
        return tuple(name for name, use in zip(self.SLOTS, wanted, strict=True) if use)

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (work, *_) = parameter, gradient, scratch
        held = dict(zip(self.slot_names(), slots, strict=True))
        v, m, mean = held["velocity"], held.get("momentum"), held.get("average_gradient")
        multiply, add, sqrt, divide, subtract = np.multiply, np.add, np.sqrt, np.divide, np.subtract
        rho, rest, momentum, epsilon = (
            np.array(x, w.dtype) for x in (self.rho, 1 - self.rho, self.momentum, self.epsilon)
        )

        def rule(learning_rate: float, t: int) -> None:
            multiply(v, rho, v)
            multiply(g, g, work)
            multiply(work, rest, work)
            add(v, work, v)
            if mean is None:
                add(v, epsilon, work)
            else:
                multiply(mean, rho, mean)
                multiply(g, rest, work)
                add(mean, work, mean)
                multiply(mean, mean, work)
                subtract(v, work, work)
                add(work, epsilon, work)
            sqrt(work, work)
            divide(g, work, work)
            multiply(work, learning_rate, work)
            if m is None:
                subtract(w, work, w)
            else:
                multiply(m, momentum, m)
                add(m, work, m)
                subtract(w, m, w)

        return rule
