"""Class numbers out of predictions and targets, in whichever of their forms they come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.metrics.base import Array


def predicted_classes(prediction: Array) -> NDArray[Any]:
    """Return the class number of each row of `prediction` (N, ..., C), shape (N, ...): the largest of C.

    A single output is the probability of class 1, which is chosen from 0.5 on.
    """
    if prediction.shape[-1] == 1:
        return (prediction[..., 0] >= 0.5).astype(np.int64)
    return prediction.argmax(axis=-1)


def target_classes(prediction: Array, target: Array) -> NDArray[Any]:
    """Return the class numbers of `target`, shape (N, ...).

    Targets of the prediction's shape are one-hot rows (or, for a single output, 0 and 1); targets without the last
    axis are class numbers already.
    """
    if target.shape != prediction.shape:
        return target.reshape(prediction.shape[:-1]).astype(np.int64, copy=False)
    if prediction.shape[-1] == 1:
        return (target[..., 0] >= 0.5).astype(np.int64)
    return target.argmax(axis=-1)


def class_count(prediction: Array) -> int:
    """Return how many classes predictions of this shape tell apart: a single output tells two."""
    return max(prediction.shape[-1], 2)
