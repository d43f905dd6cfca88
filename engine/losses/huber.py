"""The Huber loss: squares for small errors, absolute values for large ones."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.constants import filled
from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class Huber(Loss, frozen=True):
    """Huber loss: squares for small errors, absolute values for large ones, joined smoothly.

    Formula: L = mean of h(p - t), with h(e) = e²/2 for |e| <= delta, else delta |e| - delta²/2.
    Gradient: e clipped to [-delta, delta], divided by the number of values. Shapes: p and t (N, ...).
    It is computed with the clipped error c as c (e - c/2), which is the same.
    Source: Huber 1964, Robust estimation of a location parameter.
    """

    FORMULA: ClassVar[str] = "L = mean of e²/2 for |e| ≤ δ, else δ|e| − δ²/2"

    delta: Annotated[float, Meta(gt=0, description="Error from which the loss grows in proportion.")] = 1.0

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        error, clipped = np.empty_like(p), np.empty_like(p)
        flat_error, flat_clipped = error.reshape(-1), clipped.reshape(-1)
        subtract, minimum, maximum, dot = np.subtract, np.minimum, np.maximum, np.dot
        low, high, weight = filled(p, -self.delta), filled(p, self.delta), 1 / p.size
        if weights is not None:
            half = np.array(0.5, p.dtype)

            def elements(out: Array) -> None:
                subtract(p, t, error)
                minimum(error, high, out=clipped)
                maximum(clipped, low, out=clipped)
                np.multiply(clipped, half, out)
                subtract(error, out, out)
                np.multiply(out, clipped, out)

            return weighted_kernel(p, g, weights, elements, lambda out: np.copyto(out, clipped))

        def value() -> float:
            subtract(p, t, error)
            minimum(error, high, out=clipped)
            maximum(clipped, low, out=clipped)
            return weight * float(dot(flat_clipped, flat_error) - 0.5 * dot(flat_clipped, flat_clipped))

        if g is None:
            return LossKernel(value, None)
        multiply, scale = np.multiply, np.array(weight, p.dtype)

        def backward() -> None:
            multiply(clipped, scale, g)

        return LossKernel(value, backward)
