"""Arrays from outside, made to fit a plan's buffers or refused with both shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DataError
from engine.core.shapes import Shape, size, text
from engine.data.dataset import one_hot
from engine.losses.base import Loss

Array = NDArray[Any]


def as_batch(array: Array, shape: Shape, name: str) -> Array:
    """Return samples (N, ...) in the buffer's shape: the same values per sample may come under another shape."""
    if array.dtype.kind not in "fiub":
        raise DataError(f"{name} takes numbers. Received: an array of {array.dtype}.")
    if len(array) != shape[0] or size(array.shape[1:]) != size(shape[1:]):
        raise DataError(
            f"{name} takes samples of {text(shape[1:])}. Received: {len(array):,} of {text(array.shape[1:])}."
        )
    return array.reshape(shape)


def as_targets(array: Array, loss: Loss, shape: Shape, name: str) -> Array:
    """Return targets in the form that `loss` takes: class numbers become one-hot rows, and the other way round."""
    rows = len(array)
    if loss.TARGET != "index" and array.shape == shape:
        return array
    if loss.TARGET == "index":
        if array.shape == shape and array.dtype.kind in "iu":
            return array
        if array.ndim == len(shape) + 1:
            return np.asarray(array.argmax(axis=-1))
        if array.shape == shape and np.array_equal(array, np.round(array)):
            return array.astype(np.int64)
    elif array.dtype.kind in "iub" and array.shape == shape[:-1] and shape[-1] > 1:
        return one_hot(array, shape[-1])
    elif array.size == size(shape):
        return array.reshape(shape)
    raise DataError(
        f"{name}: {loss.NAME} takes targets of {text(shape[1:])}. Received: {rows:,} of {text(array.shape[1:])}."
    )
