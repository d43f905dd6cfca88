"""The leaky rectified linear unit."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class LeakyReLU(Activation, frozen=True):
    """Leaky rectified linear unit: lets a little of what is negative through, so that no unit dies.

    Formula: f(x) = x for x > 0, else negative_slope * x. Derivative: 1 for x > 0, else negative_slope.
    The default slope is that of the Keras activation, 0.2; the Keras layer of this name has 0.3, PyTorch 0.01.
    Source: Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural network acoustic models.
    """

    FORMULA: ClassVar[str] = "f(x) = max(x, a·x)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 for x > 0, else a"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    negative_slope: Annotated[float, Meta(ge=0, le=1, description="Slope for what is negative.")] = 0.2

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        number = partial(np.array, dtype=x.dtype)
        multiply, maximum = np.multiply, np.maximum
        zero, slope, rise = number(0), number(self.negative_slope), number(1 - self.negative_slope)

        def forward() -> None:
            multiply(x, slope, y)
            maximum(x, y, out=y)

        if dy is None or dx is None:
            return Kernel(forward)
        greater, add, work, positive = np.greater, np.add, np.empty_like(x), np.empty(x.shape, bool)

        def backward() -> None:
            greater(x, zero, positive)
            multiply(positive, rise, work)
            add(work, slope, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
