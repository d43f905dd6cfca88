"""The rectified linear unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class ReLU(Activation, frozen=True):
    """Rectified linear unit: passes what is positive and blocks the rest.

    Formula: f(x) = max(0, x). Derivative: 1 for x > 0, else 0 (0 at 0).
    A unit whose input is negative for every sample has no gradient any more: it is dead.
    Source: Nair and Hinton 2010, Rectified linear units improve restricted Boltzmann machines.
    """

    FORMULA: ClassVar[str] = "f(x) = max(0, x)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 for x > 0, else 0"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        maximum, zero = np.maximum, x.dtype.type(0)

        def forward() -> None:
            maximum(x, zero, out=y)

        if dy is None or dx is None:
            return Kernel(forward)
        greater, multiply, active = np.greater, np.multiply, np.empty(x.shape, bool)

        def backward() -> None:
            greater(y, zero, out=active)
            multiply(dy, active, out=dx)

        return Kernel(forward, backward)
