"""The smooth ReLU."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.activations.constants import filled
from engine.layers.base import Kernel


class Softplus(Activation, frozen=True):
    """Softplus: a ReLU without a corner.

    Formula: f(x) = ln(1 + exp(x)), computed as max(x, 0) + ln(1 + exp(-|x|)). Derivative: 1 / (1 + exp(-x)),
    computed from the value as 1 - exp(-f).
    Source: Dugas, Bengio, Bélisle, Nadeau and Garcia 2001; Glorot, Bordes and Bengio 2011.
    """

    FORMULA: ClassVar[str] = "f(x) = ln(1 + eˣ)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 / (1 + e⁻ˣ)"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        absolute, negative, exp, log1p = np.absolute, np.negative, np.exp, np.log1p
        maximum, add, zero, work = np.maximum, np.add, filled(x, 0), np.empty_like(x)

        def forward() -> None:
            absolute(x, work)
            negative(work, work)
            exp(work, work)
            log1p(work, work)
            maximum(x, zero, out=y)
            add(y, work, y)

        if dy is None or dx is None:
            return Kernel(forward)
        expm1, multiply = np.expm1, np.multiply

        def backward() -> None:
            negative(y, work)
            expm1(work, work)
            negative(work, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
