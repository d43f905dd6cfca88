"""The share of the target's variance that is explained."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric


class RSquared(Metric, frozen=True):
    """R², the coefficient of determination: 1 is perfect, 0 no better than always saying the mean.

    Formula: 1 - (sum of (t - p)²) / (sum of (t - mean t)²), per output, then averaged over the outputs.
    Where a target does not vary it is 1 for a perfect prediction, else 0.
    Shapes: prediction and target (N, ...). Sums: the number of samples, then per output the sums of t, t² and (t - p)².
    Source: Wright 1921, Correlation and causation; averaged as Keras 3 R2Score does.
    """

    NAME: ClassVar[str] = "r_squared"
    FORMULA: ClassVar[str] = "R² = 1 − Σ (t − p)² / Σ (t − t̄)²"
    TASK: ClassVar[Literal["classification", "regression"]] = "regression"

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        p = prediction.reshape(len(prediction), -1).astype(np.float64, copy=False)
        t = target.reshape(p.shape).astype(np.float64, copy=False)
        return np.concatenate(
            [[len(p)], t.sum(axis=0), np.square(t).sum(axis=0), np.square(t - p).sum(axis=0)]
        )

    def result(self, sums: NDArray[np.float64]) -> float:
        count = sums[0]
        if not count:
            return float("nan")
        total, squares, errors = sums[1:].reshape(3, -1)
        # Below the rounding of the two sums a difference says nothing: such a target does not vary.
        spread = np.maximum(squares - total * total / count, 0.0)
        varies = spread > 1e-12 * squares
        score = np.where(errors <= 1e-24 * squares, 1.0, 0.0)
        score[varies] = 1 - errors[varies] / spread[varies]
        return float(score.mean())
