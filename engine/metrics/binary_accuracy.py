"""The share of right answers where each output is a question of its own."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric


class BinaryAccuracy(Metric, frozen=True):
    """Binary accuracy: the share of outputs on the right side of the threshold, each a yes-or-no question.

    Formula: (outputs where (p > threshold) = (t > 0.5)) / (number of outputs).
    Shapes: prediction and target (N, ...). Sums: right, all. Source: Keras 3 BinaryAccuracy.
    """

    FORMULA: ClassVar[str] = "right outputs / all outputs"

    threshold: Annotated[
        float, Meta(gt=0, lt=1, description="Probability above which an output says yes.")
    ] = 0.5

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        right = (prediction > self.threshold) == (target.reshape(prediction.shape) > 0.5)
        return np.array([np.count_nonzero(right), right.size], np.float64)

    def result(self, sums: NDArray[np.float64]) -> float:
        return float(sums[0] / sums[1]) if sums[1] else float("nan")
