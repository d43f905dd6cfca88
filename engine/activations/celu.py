"""The exponential linear unit without a kink."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.base import Activation, Array
from engine.activations.constants import filled
from engine.layers.base import Kernel


class CELU(Activation, frozen=True):
    """Continuously differentiable ELU: bends to -alpha, and has slope 1 at 0 whatever alpha is.

    Formula: f(x) = x for x > 0, else alpha (exp(x / alpha) - 1). Derivative: 1 for x > 0, else exp(x / alpha).
    Source: Barron 2017, Continuously differentiable exponential linear units; Keras 3 celu.
    """

    NAME: ClassVar[str] = "celu"
    FORMULA: ClassVar[str] = "f(x) = x for x > 0, else α (eˣᐟᵅ − 1)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1 for x > 0, else eˣᐟᵅ"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    alpha: Annotated[float, Meta(ge=0.01, description="How far below 0 it can go.")] = 1.0

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        zero, depth, inverse = filled(x, 0), np.array(self.alpha, x.dtype), np.array(1 / self.alpha, x.dtype)
        minimum, maximum, multiply, add, expm1 = np.minimum, np.maximum, np.multiply, np.add, np.expm1
        low, work, one = np.empty_like(x), np.empty_like(x), np.array(1, x.dtype)

        def forward() -> None:
            minimum(x, zero, out=low)
            multiply(low, inverse, low)
            expm1(low, low)
            multiply(low, depth, work)
            maximum(x, zero, out=y)
            add(y, work, y)

        if dy is None or dx is None:
            return Kernel(forward)

        def backward() -> None:
            add(low, one, work)
            multiply(dy, work, dx)

        return Kernel(forward, backward)
