"""The mean of the squared errors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class MeanSquaredError(Loss, frozen=True):
    """Mean squared error: the usual loss of a regression.

    Formula: L = mean of (p - t)² over the outputs and the batch. Gradient: 2 (p - t) / (number of values).
    Shapes: p and t (N, ...).
    """

    FORMULA: ClassVar[str] = "L = mean (p − t)²"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        if weights is not None:
            return weighted_squares(prediction, target, gradient, weights, 1 / prediction.shape[-1])
        return bind_squares(prediction, target, gradient, 1 / prediction.size)


def bind_squares(prediction: Array, target: Array, gradient: Array | None, weight: float) -> LossKernel:
    """Return kernels of L = weight * sum of (p - t)², with gradient 2 weight (p - t)."""
    p, t, g = prediction, target, gradient
    error = np.empty_like(p)
    flat, subtract, dot = error.reshape(-1), np.subtract, np.dot

    def value() -> float:
        subtract(p, t, error)
        return weight * float(dot(flat, flat))

    if g is None:
        return LossKernel(value, None)
    multiply, scale = np.multiply, np.array(2 * weight, p.dtype)

    def backward() -> None:
        multiply(error, scale, g)

    return LossKernel(value, backward)


def weighted_squares(
    prediction: Array, target: Array, gradient: Array | None, weights: Array, share: float
) -> LossKernel:
    """Return kernels of L = sum over rows of weight * share * sum of (p - t)² over the row."""
    p, t = prediction, target
    error = np.empty_like(p)
    subtract, multiply, two = np.subtract, np.multiply, np.array(2, p.dtype)

    def elements(out: Array) -> None:
        subtract(p, t, error)
        multiply(error, error, out)

    def slopes(out: Array) -> None:
        multiply(error, two, out)

    return weighted_kernel(p, gradient, weights, elements, slopes, share=share)
