"""Adam: momentum, with steps divided by the recent size of the gradient."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class Adam(Optimizer, frozen=True):
    """Adam: running means of the gradient and of its square, corrected for having begun at 0.

    Formula: m = m + (1 - beta_1)(g - m); v = v + (1 - beta_2)(g² - v);
    a = r √(1 - beta_2^t) / (1 - beta_1^t); w = w - a m / (√v + epsilon), with t counted from 1.
    amsgrad: the largest v so far stands in its place.
    Source: Kingma and Ba 2015, Adam: a method for stochastic optimization, the form before section 2.1; as Keras 3.
    """

    FORMULA: ClassVar[str] = "w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)"
    SLOTS: ClassVar[tuple[str, ...]] = ("momentum", "velocity", "velocity_hat")
    MOMENTUM: ClassVar[str] = "beta_1"

    learning_rate: Annotated[
        float,
        Meta(ge=0, description="Size of each step along the negative gradient.", extra={"scale": "log"}),
    ] = 0.001
    beta_1: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the mean gradient that is kept.", extra={"basic": False})
    ] = 0.9
    beta_2: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the mean square that is kept.", extra={"basic": False})
    ] = 0.999
    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the divisor above 0.", extra={"basic": False, "scale": "log"})
    ] = 1e-7
    amsgrad: Annotated[bool, Meta(description="Never let the divisor shrink.", extra={"basic": False})] = (
        False
    )

    def slot_names(self) -> tuple[str, ...]:
        return self.SLOTS if self.amsgrad else self.SLOTS[:2]

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (m, v, *rest), (work, *_) = parameter, gradient, slots, scratch
        largest = rest[0] if rest else None
        beta_1, beta_2 = self.beta_1, self.beta_2
        few_1, few_2, epsilon = (np.array(x, w.dtype) for x in (1 - beta_1, 1 - beta_2, self.epsilon))
        multiply, add, subtract, divide = np.multiply, np.add, np.subtract, np.divide
        sqrt, maximum, root = np.sqrt, np.maximum, math.sqrt

        def rule(learning_rate: float, t: int) -> None:
            rate = learning_rate * root(1 - beta_2**t) / (1 - beta_1**t)
            subtract(g, m, work)
            multiply(work, few_1, work)
            add(m, work, m)
            multiply(g, g, g)
            subtract(g, v, g)
            multiply(g, few_2, g)
            add(v, g, v)
            if largest is None:
                sqrt(v, work)
            else:
                maximum(largest, v, out=largest)
                sqrt(largest, work)
            add(work, epsilon, work)
            divide(m, work, work)
            multiply(work, rate, work)
            subtract(w, work, w)

        return rule
