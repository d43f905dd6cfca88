"""Adagrad: a step size of its own for each weight, shrinking with what it has seen."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class Adagrad(Optimizer, frozen=True):
    """Adagrad: weights that have seen large gradients take smaller steps from then on.

    Formula: a = a + g²; w = w - r g / √(a + epsilon). The accumulator a begins at initial_accumulator_value.
    Source: Duchi, Hazan and Singer 2011, Adaptive subgradient methods; formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "a ← a + g²,   w ← w − η·g / √(a + ε)"
    SLOTS: ClassVar[tuple[str, ...]] = ("accumulator",)

    learning_rate: Annotated[
        float, Meta(ge=0, description="Size of each step; 1.0 in the paper.", extra={"scale": "log"})
    ] = 0.001
    initial_accumulator_value: Annotated[
        float, Meta(ge=0, description="First value of the sum of squares.", extra={"basic": False})
    ] = 0.1
    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the root above 0.", extra={"basic": False, "scale": "log"})
    ] = 1e-7

    def initial_slot(self, name: str) -> float:
        return self.initial_accumulator_value

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (a,), (work, *_) = parameter, gradient, slots, scratch
        multiply, add, sqrt, divide, subtract = np.multiply, np.add, np.sqrt, np.divide, np.subtract
        epsilon = np.array(self.epsilon, w.dtype)

        def rule(learning_rate: float, t: int) -> None:
            multiply(g, g, work)
            add(a, work, a)
            add(a, epsilon, work)
            sqrt(work, work)
            divide(g, work, work)
            multiply(work, learning_rate, work)
            subtract(w, work, w)

        return rule
