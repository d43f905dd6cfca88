"""The loss of a critic: how far apart it holds what is real and what is made."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.weighting import weighted_kernel


class Wasserstein(Loss, frozen=True):
    """The critic's loss: scores of real samples (target 1) are to be high, those of made ones (target -1) low.

    Formula: L = -mean of t p over the outputs and the batch. Gradient: -t / (number of values).
    Shapes: p and t (N, ...). Scores are numbers without bounds: the critic ends in a linear unit, and something must
    keep it from growing (clipped weights, spectral normalization). The generator trains the critic's score of what it
    made with the target 1. The difference of the mean scores then estimates the Wasserstein distance.
    Source: Arjovsky, Chintala and Bottou 2017, Wasserstein GAN.
    """

    FORMULA: ClassVar[str] = "L = −mean t·p"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        if weights is not None:

            def elements(out: Array) -> None:
                np.multiply(p, t, out)
                np.negative(out, out)

            return weighted_kernel(p, g, weights, elements, lambda out: np.negative(t, out))
        flat_p, flat_t, dot, weight = p.reshape(-1), t.reshape(-1), np.dot, -1 / p.size

        def value() -> float:
            return weight * float(dot(flat_p, flat_t))

        if g is None:
            return LossKernel(value, None)
        multiply, scale = np.multiply, np.array(weight, p.dtype)

        def backward() -> None:
            multiply(t, scale, g)

        return LossKernel(value, backward)
