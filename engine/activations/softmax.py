"""Softmax: numbers into probabilities."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class Softmax(Activation, frozen=True):
    """Turns the numbers along the last axis into probabilities that sum to 1.

    Formula: f(x)_i = exp(x_i - max x) / sum over j of exp(x_j - max x).
    Gradient: dx = y * (dy - sum over j of dy_j y_j).
    Source: Bridle 1990, Probabilistic interpretation of feedforward classification network outputs.
    """

    FORMULA: ClassVar[str] = "f(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)"
    DERIVATIVE: ClassVar[str] = "∂fᵢ/∂xⱼ = fᵢ (δᵢⱼ − fⱼ)"
    ELEMENTWISE: ClassVar[bool] = False

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        row = np.empty((*x.shape[:-1], 1), x.dtype)
        largest, total, exp = np.maximum.reduce, np.add.reduce, np.exp
        subtract, divide, multiply = np.subtract, np.divide, np.multiply

        def forward() -> None:
            largest(x, axis=-1, keepdims=True, out=row)
            subtract(x, row, out=y)
            exp(y, out=y)
            total(y, axis=-1, keepdims=True, out=row)
            divide(y, row, out=y)

        if dy is None or dx is None:
            return Kernel(forward)
        product = np.empty_like(x)

        def backward() -> None:
            multiply(dy, y, out=product)
            total(product, axis=-1, keepdims=True, out=row)
            subtract(dy, row, out=dx)
            multiply(dx, y, out=dx)

        return Kernel(forward, backward)
