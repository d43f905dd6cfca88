"""How much each row of a prediction counts in the loss: padded steps not at all, rare classes more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.losses.base import Loss

Array = NDArray[Any]


class RowWeights(NamedTuple):
    """`values` (prediction.shape[:-1]) are the coefficients of a loss; `refresh` computes those of this batch."""

    values: Array
    refresh: Callable[[], object]


def bind_row_weights(
    loss: Loss, prediction: Array, target: Array, mask: Array | None, class_weights: Array | None
) -> RowWeights | None:
    """Return the weights of the rows, or None where all count the same.

    Formula: w_r = m_r c(t_r) / sum over the rows of m, with the mask m (N, T) and the weight c of the row's class. So
    a loss is the mean over the real steps, and class weights c multiply it without being made to sum to 1 (Keras 3).
    """
    if prediction.ndim < 3:
        mask = None
    if mask is None and class_weights is None:
        return None
    weights = np.ones(prediction.shape[:-1], prediction.dtype)
    classes = None if class_weights is None else _classes_of(loss, target)
    multiply, by_class = np.multiply, class_weights

    def refresh() -> None:
        weights.fill(1 / weights.size)
        if mask is not None:
            real = int(np.count_nonzero(mask))
            steps = mask.reshape(*mask.shape, *(1,) * (weights.ndim - 2))
            multiply(weights, steps, weights)
            multiply(weights, mask.size / max(real, 1), weights)
        if classes is not None and by_class is not None:
            multiply(weights, by_class.take(classes(), None, None, "clip"), weights, casting="unsafe")

    return RowWeights(weights, refresh)


def _classes_of(loss: Loss, target: Array) -> Callable[[], Array]:
    """Return the function that reads each row's class off the targets."""
    if loss.TARGET == "index":
        return lambda: target
    if target.shape[-1] == 1:
        return lambda: (target[..., 0] >= 0.5).astype(np.int64)
    return lambda: target.argmax(axis=-1)
