"""Arithmetic between an array (N, ..., C) and one value per feature (C,), over long stretches of memory.

NumPy works along the last axis, so with few features it spends its time starting over. Here the feature values are
laid out several times in a row first, and that many samples are taken together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding

Array = NDArray[Any]

LONG = 512
"""Values in a stretch from which a longer one gains nothing."""


class Rows:
    """The shape of a layer's first input as rows of features: `count` rows, `width` features.

    `share` is what each row counts in a mean: 1 / count, unless somebody writes something else there.
    """

    def __init__(self, binding: Binding) -> None:
        shape = binding.inputs[0].shape
        self.width = shape[-1]
        self.count = math.prod(shape[:-1])
        group = divisor(self.count, max(LONG // self.width, 1))
        self._wide = (self.count // group, group * self.width)
        self._tile = binding.buffer((group, self.width))
        self._line = self._tile.reshape(-1)
        self.share = np.full(self.count, 1 / self.count, binding.dtype)
        self._ones = np.ones(self.count, binding.dtype)

    def mean(self, x: Array, out: Array) -> None:
        """Write the mean of each feature."""
        np.dot(self.share, x.reshape(self.count, self.width), out)

    def total(self, x: Array, out: Array) -> None:
        """Write the sum of each feature."""
        np.dot(self._ones, x.reshape(self.count, self.width), out)

    def multiply(self, x: Array, values: Array, out: Array) -> None:
        """Write out = x * values."""
        self._apply(np.multiply, x, values, out)

    def add(self, x: Array, values: Array, out: Array) -> None:
        """Write out = x + values."""
        self._apply(np.add, x, values, out)

    def subtract(self, x: Array, values: Array, out: Array) -> None:
        """Write out = x - values."""
        self._apply(np.subtract, x, values, out)

    def _apply(self, ufunc: Callable[..., Any], x: Array, values: Array, out: Array) -> None:
        np.copyto(self._tile, values)
        ufunc(x.reshape(self._wide), self._line, out.reshape(self._wide))


def divisor(count: int, most: int) -> int:
    """Return the largest divisor of `count` that is at most `most`."""
    return max((d for d in range(1, min(most, count) + 1) if count % d == 0), default=1)
