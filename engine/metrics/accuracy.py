"""The share of right answers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric
from engine.metrics.classes import predicted_classes, target_classes


class Accuracy(Metric, frozen=True):
    """Accuracy: the share of samples whose most probable class is the right one.

    Formula: (number right) / (number of samples). A single output counts as class 1 from 0.5 on.
    Shapes: prediction (N, ..., C); target class numbers (N, ...) or one-hot rows (N, ..., C). Sums: right, all.
    """

    FORMULA: ClassVar[str] = "right / all"

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        right = predicted_classes(prediction) == target_classes(prediction, target)
        return np.array([np.count_nonzero(right), right.size], np.float64)

    def result(self, sums: NDArray[np.float64]) -> float:
        return float(sums[0] / sums[1]) if sums[1] else float("nan")
