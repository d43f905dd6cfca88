"""The hyperbolic tangent."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class Tanh(Activation, frozen=True):
    """Hyperbolic tangent: squeezes any number into (-1, 1), with 0 staying 0.

    Formula: f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)). Derivative: 1 - f², at most 1.
    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.4.
    """

    FORMULA: ClassVar[str] = "f(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 − f(x)²"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        tanh = np.tanh

        def forward() -> None:
            tanh(x, y)

        if dy is None or dx is None:
            return Kernel(forward)
        multiply, subtract, one, work = np.multiply, np.subtract, np.array(1, x.dtype), np.empty_like(x)

        def backward() -> None:
            multiply(y, y, work)
            subtract(one, work, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
