"""Adadelta: steps in the unit of the weights themselves."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class Adadelta(Optimizer, frozen=True):
    """Adadelta: the step is as large as recent steps were, over the recent size of the gradient.

    Formula: a = rho a + (1 - rho) g²; s = g √(d + epsilon) / √(a + epsilon); d = rho d + (1 - rho) s²; w = w - r s.
    The paper has no learning rate: it is r = 1. Keras' 0.001 is kept as the default; it moves very slowly.
    Source: Zeiler 2012, Adadelta: an adaptive learning rate method; formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "s ← g·√(d + ε) / √(a + ε),   w ← w − η·s"
    SLOTS: ClassVar[tuple[str, ...]] = ("accumulated_gradient", "accumulated_step")
    SCRATCH: ClassVar[int] = 2

    learning_rate: Annotated[
        float, Meta(ge=0, description="Size of each step; 1.0 in the paper.", extra={"scale": "log"})
    ] = 0.001
    rho: Annotated[float, Meta(ge=0, lt=1, description="Part of the running means that is kept.")] = 0.95
    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the roots above 0.", extra={"basic": False, "scale": "log"})
    ] = 1e-7

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (a, d), (work, step, *_) = parameter, gradient, slots, scratch
        multiply, add, sqrt, divide, subtract = np.multiply, np.add, np.sqrt, np.divide, np.subtract
        rho, rest, epsilon = (np.array(x, w.dtype) for x in (self.rho, 1 - self.rho, self.epsilon))

        def rule(learning_rate: float, t: int) -> None:
            multiply(a, rho, a)
            multiply(g, g, work)
            multiply(work, rest, work)
            add(a, work, a)
            add(a, epsilon, work)
            add(d, epsilon, step)
            divide(step, work, step)
            sqrt(step, step)
            multiply(step, g, step)
            multiply(d, rho, d)
            multiply(step, step, work)
            multiply(work, rest, work)
            add(d, work, d)
            multiply(step, learning_rate, step)
            subtract(w, step, w)

        return rule
