"""Nadam: Adam that looks ahead along its momentum."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule

DECAY = 0.96
"""By how much the momentum nears beta_1 in each step: beta_1 (1 - 0.96^t / 2)."""

LEAST = 1e-30


class Nadam(Optimizer, frozen=True):
    """Nadam: Adam with Nesterov's momentum, which begins at half of beta_1 and nears it.

    Formula: u_t = beta_1 (1 - 0.96^t / 2), p_t = u_1 u_2 … u_t; m and v as in Adam;
    n = u_{t+1} m / (1 - p_{t+1}) + (1 - u_t) g / (1 - p_t); w = w - r n / (√(v / (1 - beta_2^t)) + epsilon).
    Source: Dozat 2016, Incorporating Nesterov momentum into Adam; formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "w ← w − η·n / (√v̂ + ε),   n: momentum looked ahead"
    SLOTS: ClassVar[tuple[str, ...]] = ("momentum", "velocity")
    SCRATCH: ClassVar[int] = 2

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

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, (m, v), (work, ahead, *_) = parameter, gradient, slots, scratch
        beta_2, root = self.beta_2, math.sqrt
        few_1, few_2, epsilon = (np.array(x, w.dtype) for x in (1 - self.beta_1, 1 - beta_2, self.epsilon))
        multiply, add, subtract, divide, sqrt = np.multiply, np.add, np.subtract, np.divide, np.sqrt
        momenta = Momenta(self.beta_1)

        def rule(learning_rate: float, t: int) -> None:
            now, following, product = momenta.at(t)
            subtract(g, m, work)
            multiply(work, few_1, work)
            add(m, work, m)
            multiply(g, (1 - now) / (1 - product), ahead)
            multiply(g, g, g)
            subtract(g, v, g)
            multiply(g, few_2, g)
            add(v, g, v)
            multiply(m, following / (1 - product * following), work)
            add(ahead, work, ahead)
            sqrt(v, work)
            multiply(work, 1 / root(1 - beta_2**t), work)
            add(work, epsilon, work)
            divide(ahead, work, work)
            multiply(work, learning_rate, work)
            subtract(w, work, w)

        return rule


class Momenta:
    """The momentum of each step, and the product of all up to it: the same numbers wherever the count begins."""

    def __init__(self, beta_1: float) -> None:
        self._beta_1, self._t, self._product = beta_1, 0, 1.0

    def at(self, t: int) -> tuple[float, float, float]:
        """Return u_t, u_{t+1} and u_1 u_2 … u_t."""
        if t < self._t:
            self._t, self._product = 0, 1.0
        while self._t < t:
            self._t += 1
            self._product *= self._momentum(self._t)
            # Far below what 1 - product can tell from 1, it is 0 for good: a run that is held after a million steps
            # then needs no long loop.
            if self._product < LEAST:
                self._t, self._product = t, 0.0
        return self._momentum(t), self._momentum(t + 1), self._product

    def _momentum(self, t: int) -> float:
        return self._beta_1 * (1 - 0.5 * DECAY**t)
