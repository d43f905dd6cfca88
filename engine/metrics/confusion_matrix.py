"""Who is taken for whom."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric
from engine.metrics.classes import class_count, predicted_classes, target_classes


class ConfusionMatrix(Metric, frozen=True):
    """Confusion matrix: how often each class is taken for each other one; as one figure, the accuracy.

    Formula: M_ij = number of samples of class i that are predicted as j; the figure is trace(M) / sum(M).
    Shapes: prediction (N, ..., C); target class numbers (N, ...) or one-hot rows. Sums: the C * C counts, row by row
    (a single output tells two classes apart); `matrix` gives them their shape.
    """

    FORMULA: ClassVar[str] = "Mᵢⱼ = samples of class i predicted as j"

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        count = class_count(prediction)
        truth = target_classes(prediction, target).reshape(-1)
        guess = predicted_classes(prediction).reshape(-1)
        inside = (truth >= 0) & (truth < count)
        pairs = truth[inside] * count + guess[inside]
        return np.bincount(pairs, minlength=count * count).astype(np.float64)

    def matrix(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the counts as a C x C matrix: a row per true class, a column per predicted one."""
        count = math.isqrt(sums.size)
        return sums.reshape(count, count)

    def result(self, sums: NDArray[np.float64]) -> float:
        total = sums.sum()
        return float(np.trace(self.matrix(sums)) / total) if total else float("nan")
