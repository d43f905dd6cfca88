"""The largest of the inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.merge import Merge


class Maximum(Merge, frozen=True):
    """Takes the largest of its inputs at each place.

    Formula: y = max(x_1, x_2, …). Shapes: every x and y (N, ...), all the same.
    Gradients: dy goes to the input that is the largest; of several equal ones to the first.
    Errors: ShapeError where the shapes differ.
    Source: Keras 3 Maximum; Goodfellow et al. 2013, Maxout networks.
    """

    FORMULA: ClassVar[str] = "y = max(x₁, x₂, …)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("max", "maxout", "largest")

    def bind(self, binding: Binding) -> Kernel:
        return bind_extreme(binding, np.maximum)


def bind_extreme(binding: Binding, choose: Callable[..., object]) -> Kernel:
    """Return the kernels of the largest (np.maximum) or the smallest (np.minimum) of the inputs."""
    xs, (y,) = binding.inputs, binding.outputs
    copyto = np.copyto

    def forward() -> None:
        copyto(y, xs[0])
        for x in xs[1:]:
            choose(y, x, out=y)

    if not binding.output_gradients:
        return Kernel(forward)
    (dy,) = binding.output_gradients
    left, part = binding.scratch(dy.shape), binding.scratch(dy.shape)
    mask = binding.scratch(dy.shape, bool)
    equal, multiply, subtract = np.equal, np.multiply, np.subtract
    pairs = list(zip(xs, binding.input_gradients, strict=True))

    def backward() -> None:
        copyto(left, dy)
        for x, dx in pairs:
            equal(x, y, mask)
            multiply(left, mask, part)
            subtract(left, part, left)
            if dx is not None:
                copyto(dx, part)

    return Kernel(forward, backward)
