"""A smooth unit that gates itself by its softplus."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.activations.sigmoid import Sigmoid
from engine.activations.softplus import Softplus
from engine.layers.base import Kernel


class Mish(Activation, frozen=True):
    """Mish: x times the tanh of its softplus; smooth, and dips a little below 0.

    Formula: f(x) = x t with t = tanh(ln(1 + exp(x))). Derivative: t + x s (1 - t²) with s = 1 / (1 + exp(-x)).
    Source: Misra 2019, Mish: a self regularized non-monotonic activation function; Keras 3 mish.
    """

    FORMULA: ClassVar[str] = "f(x) = x·tanh(ln(1 + eˣ))"
    DERIVATIVE: ClassVar[str] = "f'(x) = t + x σ(x) (1 − t²), t = f(x)/x"

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        gate = np.empty_like(x)
        soften, tanh, multiply = Softplus().bind(x, gate, None, None).forward, np.tanh, np.multiply

        def forward() -> None:
            soften()
            tanh(gate, gate)
            multiply(x, gate, y)

        if dy is None or dx is None:
            return Kernel(forward)
        slope, work, one = np.empty_like(x), np.empty_like(x), np.array(1, x.dtype)
        squeeze, subtract, add = Sigmoid().bind(x, slope, None, None).forward, np.subtract, np.add

        def backward() -> None:
            squeeze()
            multiply(gate, gate, work)
            subtract(one, work, work)
            multiply(slope, work, slope)
            multiply(slope, x, slope)
            add(slope, gate, slope)
            multiply(dy, slope, dx)

        return Kernel(forward, backward)
