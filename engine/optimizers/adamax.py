"""Adamax: Adam with the largest recent gradient in place of the root of the mean square."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class Adamax(Optimizer, frozen=True):
    """Adamax: Adam whose divisor is the largest recent gradient, so that steps have a simple bound.

    Formula: m = m + (1 - beta_1)(g - m); u = max(beta_2 u, |g|); w = w - r / (1 - beta_1^t) m / (u + epsilon).
    Source: Kingma and Ba 2015, Adam: a method for stochastic optimization, section 7.1; as Keras 3.
    """

    FORMULA: ClassVar[str] = "u ← max(β₂·u, |g|),   w ← w − η/(1 − β₁ᵗ) · m / (u + ε)"
    SLOTS: ClassVar[tuple[str, ...]] = ("momentum", "norm")
    MOMENTUM: ClassVar[str] = "beta_1"

    learning_rate: Annotated[
        float,
        Meta(ge=0, description="Size of each step along the negative gradient.", extra={"scale": "log"}),
    ] = 0.001
    beta_1: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the mean gradient that is kept.", extra={"basic": False})
    ] = 0.9
    beta_2: Annotated[
        float,
        Meta(ge=0, lt=1, description="Part of the largest gradient that is kept.", extra={"basic": False}),
    ] = 0.999
    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the divisor above 0.", extra={"basic": False, "scale": "log"})
    ] = 1e-7

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (m, u), (work, *_) = parameter, gradient, slots, scratch
        beta_1 = self.beta_1
        few, beta_2, epsilon = (np.array(x, w.dtype) for x in (1 - beta_1, self.beta_2, self.epsilon))
        multiply, add, subtract, divide = np.multiply, np.add, np.subtract, np.divide
        absolute, maximum = np.absolute, np.maximum

        def rule(learning_rate: float, t: int) -> None:
            subtract(g, m, work)
            multiply(work, few, work)
            add(m, work, m)
            multiply(u, beta_2, u)
            absolute(g, work)
            maximum(u, work, out=u)
            add(u, epsilon, work)
            divide(m, work, work)
            multiply(work, learning_rate / (1 - beta_1**t), work)
            subtract(w, work, w)

        return rule
