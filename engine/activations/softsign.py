"""The rational squashing function."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class Softsign(Activation, frozen=True):
    """Softsign: squeezes into (-1, 1) like tanh, but approaches its limits slowly.

    Formula: f(x) = x / (1 + |x|). Derivative: 1 / (1 + |x|)².
    Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
    """

    FORMULA: ClassVar[str] = "f(x) = x / (1 + |x|)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 / (1 + |x|)²"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        absolute, add, divide = np.absolute, np.add, np.divide
        one, bottom = np.array(1, x.dtype), np.empty_like(x)

        def forward() -> None:
            absolute(x, bottom)
            add(bottom, one, bottom)
            divide(x, bottom, y)

        if dy is None or dx is None:
            return Kernel(forward)

        def backward() -> None:
            # Twice, rather than by the square: that would overflow for large x.
            divide(dy, bottom, dx)
            divide(dx, bottom, dx)

        return Kernel(forward, backward)
