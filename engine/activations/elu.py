"""The exponential linear unit."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.base import Activation, Array
from engine.activations.constants import filled
from engine.layers.base import Kernel


class ELU(Activation, frozen=True):
    """Exponential linear unit: like ReLU, but bends smoothly to -alpha instead of stopping at 0.

    Formula: f(x) = x for x > 0, else alpha (exp(x) - 1). Derivative: 1 for x > 0, else alpha exp(x).
    Source: Clevert, Unterthiner and Hochreiter 2016, Fast and accurate deep network learning by ELUs.
    """

    FORMULA: ClassVar[str] = "f(x) = x for x > 0, else α (eˣ − 1)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 for x > 0, else α eˣ"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    alpha: Annotated[float, Meta(ge=0, description="How far below 0 it can go.")] = 1.0

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        return bind_scaled_elu(x, y, dy, dx, 1.0, self.alpha)


def bind_scaled_elu(
    x: Array, y: Array, dy: Array | None, dx: Array | None, scale: float, alpha: float
) -> Kernel:
    """Return kernels of f(x) = scale x for x > 0, else scale alpha (exp(x) - 1)."""
    number = partial(np.array, dtype=x.dtype)
    zero, rise, depth = filled(x, 0), number(scale), number(scale * alpha)
    minimum, maximum, multiply, add, expm1 = np.minimum, np.maximum, np.multiply, np.add, np.expm1
    low, unscaled = np.empty_like(x), scale == 1

    def forward() -> None:
        minimum(x, zero, out=low)
        expm1(low, low)
        multiply(low, depth, low)
        maximum(x, zero, out=y)
        if not unscaled:
            multiply(y, rise, y)
        add(y, low, y)

    if dy is None or dx is None:
        return Kernel(forward)
    greater, smooth, work = np.greater, scale == scale * alpha, np.empty_like(x)
    positive, step, nothing = np.empty(x.shape, bool), number(scale - scale * alpha), number(0)
    jump = np.empty_like(x) if not smooth else x

    def backward() -> None:
        # For x <= 0, low + depth is the derivative; for x > 0 it is depth, and lacks (scale - depth).
        add(low, depth, work)
        if not smooth:
            greater(x, nothing, positive)
            multiply(positive, step, jump)
            add(work, jump, work)
        multiply(dy, work, dx)

    return Kernel(forward, backward)
