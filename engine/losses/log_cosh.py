"""A smooth loss between squares and absolute values."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class LogCosh(Loss, frozen=True):
    """Logarithm of the hyperbolic cosine of the error: squares for small errors, absolute values for large ones.

    Formula: L = mean of ln cosh(p - t) over the outputs and the batch, which is e²/2 near 0 and |e| - ln 2 far away.
    Gradient: tanh(p - t) / (number of values). Shapes: p and t (N, ...).
    It is computed as |e| + ln(1 + exp(-2|e|)) - ln 2, which no error overflows. Formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "L = mean ln cosh(p − t)"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        error, size = np.empty_like(p), np.empty_like(p)
        minus_two, ln_two = p.dtype.type(-2), p.dtype.type(np.log(2))

        def elements(out: Array) -> None:
            np.subtract(p, t, error)
            np.absolute(error, size)
            np.multiply(size, minus_two, out)
            np.exp(out, out)
            np.log1p(out, out)
            np.subtract(out, ln_two, out)
            np.add(out, size, out)

        def slopes(out: Array) -> None:
            np.tanh(error, out)

        if weights is None:
            weights = np.full(p.shape[:-1], p.shape[-1] / p.size, p.dtype)
        return weighted_kernel(p, g, weights, elements, slopes)
