"""The rectified linear unit with a ceiling."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.activations.constants import filled
from engine.layers.base import Kernel

CEILING = 6.0


class ReLU6(Activation, frozen=True):
    """ReLU that stops at 6: few bits are enough for its values.

    Formula: f(x) = min(max(0, x), 6). Derivative: 1 for 0 < x < 6, else 0.
    Source: Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10; Keras 3 relu6.
    """

    NAME: ClassVar[str] = "relu6"
    FORMULA: ClassVar[str] = "f(x) = min(max(0, x), 6)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 for 0 < x < 6, else 0"
    KINKS: ClassVar[tuple[float, ...]] = (0.0, CEILING)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        return bind_clip(x, y, dy, dx, 1.0, 0.0, CEILING)


def bind_clip(
    x: Array, y: Array, dy: Array | None, dx: Array | None, slope: float, offset: float, ceiling: float
) -> Kernel:
    """Return kernels of f(x) = min(max(0, slope x + offset), ceiling)."""
    low, high = filled(x, 0), filled(x, ceiling)
    rise, shift = np.array(slope, x.dtype), np.array(offset, x.dtype)
    maximum, minimum, multiply, add = np.maximum, np.minimum, np.multiply, np.add

    def forward() -> None:
        multiply(x, rise, y)
        add(y, shift, y)
        maximum(y, low, out=y)
        minimum(y, high, out=y)

    if dy is None or dx is None:
        return Kernel(forward)
    greater, less, logical_and = np.greater, np.less, np.logical_and
    above, below = np.empty(x.shape, bool), np.empty(x.shape, bool)
    nothing, top = np.array(0, x.dtype), np.array(ceiling, x.dtype)

    def backward() -> None:
        greater(y, nothing, above)
        less(y, top, below)
        logical_and(above, below, above)
        multiply(dy, rise, dx)
        multiply(dx, above, dx)

    return Kernel(forward, backward)
