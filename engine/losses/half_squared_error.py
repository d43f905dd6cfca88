"""Half the sum of the squared errors: the loss of the textbooks' derivations."""

from __future__ import annotations

from typing import ClassVar

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.mean_squared_error import bind_squares, weighted_squares


class HalfSquaredError(Loss, frozen=True):
    """Half the sum of squares over the outputs, averaged over the samples.

    Formula: L = (1/N) sum over n of 1/2 sum over k of (t_nk - p_nk)². Gradient: (p - t) / N.
    Shapes: p and t (N, ...); the sum runs over all axes but the first. For one sample the gradient at the output is
    just p - t, which is why derivations by hand use it. With weights for the rows, a row is what lies along the last
    axis. Keras has no such loss: it is the mean squared error times
    half the number of outputs.
    Source: Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors.
    """

    FORMULA: ClassVar[str] = "L = ½ Σ (t − p)²"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        if weights is not None:
            return weighted_squares(prediction, target, gradient, weights, 0.5)
        return bind_squares(prediction, target, gradient, 0.5 / len(prediction))
