"""The share of samples whose class is among the best guesses."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.metrics.base import Array, Metric
from engine.metrics.classes import target_classes


class TopK(Metric, frozen=True):
    """Top-k accuracy: the share of samples whose class is among the k most probable.

    Formula: (samples with fewer than k classes more probable than the right one) / (number of samples).
    Shapes: prediction (N, ..., C); target class numbers (N, ...) or one-hot rows. Sums: right, all.
    Source: Keras 3 TopKCategoricalAccuracy.
    """

    NAME: ClassVar[str] = "top_k"
    FORMULA: ClassVar[str] = "right among the k best / all"

    k: Annotated[int, Meta(ge=1, description="How many guesses are allowed.")] = 5

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        if prediction.shape[-1] == 1:
            prediction = np.concatenate([1 - prediction, prediction], axis=-1)
            target = target.reshape(prediction.shape[:-1]) > 0.5
        classes = target_classes(prediction, target)[..., None]
        chosen = np.take_along_axis(prediction, classes, axis=-1)
        # A prediction that is not a number is above nothing, but it is no right answer either.
        right = (np.count_nonzero(prediction > chosen, axis=-1) < self.k) & np.isfinite(chosen[..., 0])
        return np.array([np.count_nonzero(right), right.size], np.float64)

    def result(self, sums: NDArray[np.float64]) -> float:
        return float(sums[0] / sums[1]) if sums[1] else float("nan")
