"""The loss of a margin."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class Hinge(Loss, frozen=True):
    """Hinge loss: an answer on the right side costs nothing once it is 1 away from the border.

    Formula: L = mean of max(0, 1 - t p) over the outputs and the batch, for targets t = -1 and 1; a target of 0 counts
    as -1, as in Keras. Gradient: -t / (number of values) where t p < 1, else 0.
    Shapes: p and t (N, ...). The prediction is a number without bounds: its sign is the answer.
    Source: Rosasco et al. 2004, Are loss functions all the same?; formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "L = mean max(0, 1 − t·p)"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        sign, margin, missed = np.empty_like(p), np.empty_like(p), np.empty(p.shape, bool)
        zero, one = p.dtype.type(0), p.dtype.type(1)

        def elements(out: Array) -> None:
            np.equal(t, zero, missed)
            np.subtract(t, missed, sign)
            np.multiply(sign, p, margin)
            np.subtract(one, margin, margin)
            np.maximum(margin, zero, out=out)

        def slopes(out: Array) -> None:
            np.greater(margin, zero, missed)
            np.multiply(sign, missed, out)
            np.negative(out, out)

        if weights is None:
            weights = np.full(p.shape[:-1], p.shape[-1] / p.size, p.dtype)
        return weighted_kernel(p, g, weights, elements, slopes)
