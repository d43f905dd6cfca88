"""The logistic function."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class Sigmoid(Activation, frozen=True):
    """Logistic function: squeezes any number into (0, 1).

    Formula: f(x) = 1 / (1 + exp(-x)), computed as (1 + tanh(x / 2)) / 2, which can't overflow.
    Derivative: f (1 - f), at most 1/4: deep stacks of it lose their gradient. A binary classification ends in it.
    Source: Verhulst 1838; as an activation Rumelhart, Hinton and Williams 1986.
    """

    FORMULA: ClassVar[str] = "f(x) = 1 / (1 + e⁻ˣ)"
    DERIVATIVE: ClassVar[str] = "f'(x) = f(x) (1 − f(x))"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        multiply, tanh, add, half = np.multiply, np.tanh, np.add, np.array(0.5, x.dtype)

        def forward() -> None:
            multiply(x, half, y)
            tanh(y, y)
            multiply(y, half, y)
            add(y, half, y)

        if dy is None or dx is None:
            return Kernel(forward)
        subtract, one, work = np.subtract, np.array(1, x.dtype), np.empty_like(x)

        def backward() -> None:
            subtract(one, y, work)
            multiply(work, y, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
