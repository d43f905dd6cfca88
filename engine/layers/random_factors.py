"""The kernels of layers that multiply by random numbers while training, and let everything pass otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.layers.base import Binding, Kernel

Array = NDArray[Any]


def bind_identity(binding: Binding) -> Kernel:
    """Return kernels that copy the values, and the gradients back."""
    (x,), (y,), copyto = binding.inputs, binding.outputs, np.copyto
    dx = binding.input_gradients[0] if binding.output_gradients else None
    if dx is None:
        return Kernel(lambda: copyto(y, x))
    (dy,) = binding.output_gradients
    return Kernel(lambda: copyto(y, x), lambda: copyto(dx, dy))


def bind_factors(binding: Binding, factor: Array, draw: Callable[[], object]) -> Kernel:
    """Return kernels of y = x factor, where `draw` fills `factor` anew; its axes of length 1 are repeated."""
    (x,), (y,), multiply = binding.inputs, binding.outputs, np.multiply

    def forward() -> None:
        draw()
        multiply(x, factor, y)

    dx = binding.input_gradients[0] if binding.output_gradients else None
    if dx is None:
        return Kernel(forward)
    (dy,) = binding.output_gradients
    return Kernel(forward, lambda: multiply(dy, factor, dx))


def bind_dropout(binding: Binding, rate: float, shape: Shape) -> Kernel:
    """Return kernels that set a part `rate` of the values to 0; an axis of length 1 in `shape` shares one fate."""
    if not binding.training or rate == 0:
        return bind_identity(binding)
    dtype = binding.dtype
    random, kind = binding.random("dropout").random, dtype.type
    factor, kept = binding.buffer(shape), binding.scratch(shape, bool)
    limit, scale = np.array(rate, dtype), np.array(1 / (1 - rate), dtype)
    at_least, multiply = np.greater_equal, np.multiply

    def draw() -> None:
        random(dtype=kind, out=factor)
        at_least(factor, limit, kept)
        multiply(kept, scale, factor)

    return bind_factors(binding, factor, draw)
