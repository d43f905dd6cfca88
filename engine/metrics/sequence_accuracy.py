"""The share of sequences that are right from their first step to their last."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric
from engine.metrics.classes import predicted_classes, target_classes


class SequenceAccuracy(Metric, frozen=True):
    """Exact matches: the share of sequences of which every real step is answered with the right class.

    Formula: (sequences without a mistake) / (sequences). Padded steps don't count; the end token does.
    Shapes: prediction (N, T, C); target class numbers (N, T) or one-hot rows (N, T, C). Sums: right, all.
    Of a network that is fed its previous outputs this is the same under teacher forcing and running free: as long as
    every step is right, both are fed the same.
    """

    FORMULA: ClassVar[str] = "sequences right / all"

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        right = predicted_classes(prediction) == target_classes(prediction, target)
        return _whole(right)

    def measure_masked(self, prediction: Array, target: Array, mask: Array) -> NDArray[np.float64]:
        right = predicted_classes(prediction) == target_classes(prediction, target)
        steps = mask.reshape(*mask.shape, *(1,) * (right.ndim - 2))
        return _whole(right | ~steps)

    def result(self, sums: NDArray[np.float64]) -> float:
        return float(sums[0] / sums[1]) if sums[1] else float("nan")


def _whole(right: Array) -> NDArray[np.float64]:
    wrong = np.count_nonzero(~right.reshape(len(right), -1), axis=1)
    return np.array([np.count_nonzero(wrong == 0), len(wrong)], np.float64)
