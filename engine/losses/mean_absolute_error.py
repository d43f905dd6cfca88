"""The mean of the absolute errors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class MeanAbsoluteError(Loss, frozen=True):
    """Mean absolute error: a loss of regression that outliers move less than squares do.

    Formula: L = mean of |p - t| over the outputs and the batch. Gradient: sign(p - t) / (number of values), 0 at 0.
    Shapes: p and t (N, ...).
    """

    FORMULA: ClassVar[str] = "L = mean |p − t|"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        error, size = np.empty_like(p), np.empty_like(p)
        flat = size.reshape(-1)
        subtract, absolute, total, weight = np.subtract, np.absolute, np.add.reduce, 1 / p.size
        if weights is not None:

            def elements(out: Array) -> None:
                subtract(p, t, error)
                absolute(error, out)

            return weighted_kernel(p, g, weights, elements, lambda out: np.sign(error, out))

        def value() -> float:
            subtract(p, t, error)
            absolute(error, size)
            return weight * float(total(flat))

        if g is None:
            return LossKernel(value, None)
        sign, multiply, scale = np.sign, np.multiply, np.array(weight, p.dtype)

        def backward() -> None:
            sign(error, g)
            multiply(g, scale, g)

        return LossKernel(value, backward)
