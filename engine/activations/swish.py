"""The self-gated unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.activations.sigmoid import Sigmoid
from engine.layers.base import Kernel


class Swish(Activation, frozen=True):
    """Swish, also called SiLU: x times its own logistic; smooth, and dips a little below 0.

    Formula: f(x) = x s(x) with s(x) = 1 / (1 + exp(-x)). Derivative: s + f (1 - s).
    Source: Hendrycks and Gimpel 2016; Ramachandran, Zoph and Le 2017. Keras calls it silu, with swish as an alias.
    """

    FORMULA: ClassVar[str] = "f(x) = x / (1 + e⁻ˣ)"
    DERIVATIVE: ClassVar[str] = "f'(x) = σ(x) + f(x) (1 − σ(x))"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        gate = np.empty_like(x)
        open_gate, multiply = Sigmoid().bind(x, gate, None, None).forward, np.multiply

        def forward() -> None:
            open_gate()
            multiply(x, gate, y)

        if dy is None or dx is None:
            return Kernel(forward)
        subtract, add, work, one = np.subtract, np.add, np.empty_like(x), np.array(1, x.dtype)

        def backward() -> None:
            subtract(one, gate, work)
            multiply(work, y, work)
            add(work, gate, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
