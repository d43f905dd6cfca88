"""The root of the mean squared error."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric


class RootMeanSquaredError(Metric, frozen=True):
    """Root mean squared error: like the mean absolute error, but large errors weigh more.

    Formula: √(mean of (p - t)²) over the outputs and the samples.
    Shapes: prediction and target (N, ...). Sums: the sum of (p - t)², the number of values.
    """

    FORMULA: ClassVar[str] = "√ mean (p − t)²"
    TASK: ClassVar[Literal["classification", "regression"]] = "regression"
    HIGHER_IS_BETTER: ClassVar[bool] = False

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        error = (prediction - target.reshape(prediction.shape)).astype(np.float64, copy=False)
        return np.array([np.square(error).sum(), error.size], np.float64)

    def result(self, sums: NDArray[np.float64]) -> float:
        return math.sqrt(sums[0] / sums[1]) if sums[1] else float("nan")
