"""Lion: only the sign of the momentum counts."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class Lion(Optimizer, frozen=True):
    """Lion: every weight moves by just the learning rate, in the direction of a mean of momentum and gradient.

    Formula: w = w - r sign(beta_1 m + (1 - beta_1) g); then m = beta_2 m + (1 - beta_2) g.
    It keeps one vector where Adam keeps two. Its steps do not shrink with the gradient: take a learning rate three to
    ten times smaller than for Adam, and a weight decay as much larger.
    Source: Chen et al. 2023, Symbolic discovery of optimization algorithms; defaults as in Keras 3.
    """

    FORMULA: ClassVar[str] = "w ← w − η·sign(β₁·m + (1 − β₁)·g),   m ← β₂·m + (1 − β₂)·g"
    SLOTS: ClassVar[tuple[str, ...]] = ("momentum",)
    MOMENTUM: ClassVar[str] = "beta_1"
    SCRATCH: ClassVar[int] = 2

    learning_rate: Annotated[
        float,
        Meta(ge=0, description="Size of each step along the negative gradient.", extra={"scale": "log"}),
    ] = 0.001
    beta_1: Annotated[
        float,
        Meta(
            ge=0, lt=1, description="Part of the momentum in the step that is kept.", extra={"basic": False}
        ),
    ] = 0.9
    beta_2: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the momentum that is kept.", extra={"basic": False})
    ] = 0.99

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (m,), (work, other, *_) = parameter, gradient, slots, scratch
        numbers = (self.beta_1, 1 - self.beta_1, self.beta_2, 1 - self.beta_2)
        beta_1, few_1, beta_2, few_2 = (np.array(x, w.dtype) for x in numbers)
        multiply, add, subtract, sign = np.multiply, np.add, np.subtract, np.sign

        def rule(learning_rate: float, t: int) -> None:
            multiply(m, beta_1, work)
            multiply(g, few_1, other)
            add(work, other, work)
            sign(work, other)  # in place it would take ten times as long
            multiply(other, learning_rate, other)
            subtract(w, other, w)
            multiply(m, beta_2, m)
            multiply(g, few_2, g)
            add(m, g, m)

        return rule
