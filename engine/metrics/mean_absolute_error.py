"""The mean size of the errors."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric


class MeanAbsoluteError(Metric, frozen=True):
    """Mean absolute error: how far off a prediction is on average, in the target's own unit.

    Formula: mean of |p - t| over the outputs and the samples.
    Shapes: prediction and target (N, ...). Sums: the sum of |p - t|, the number of values.
    """

    FORMULA: ClassVar[str] = "mean |p − t|"
    TASK: ClassVar[Literal["classification", "regression"]] = "regression"
    HIGHER_IS_BETTER: ClassVar[bool] = False

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        error = np.abs(prediction - target.reshape(prediction.shape))
        return np.array([error.sum(dtype=np.float64), error.size], np.float64)

    def result(self, sums: NDArray[np.float64]) -> float:
        return float(sums[0] / sums[1]) if sums[1] else float("nan")
