"""Pooling of sequences by the mean."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.pooling import bind_combine, bind_spread, filled
from engine.layers.pooling_base1d import Pooling1D


class AveragePooling1D(Pooling1D, frozen=True):
    """Average pooling over sequences: the mean of each window of steps.

    Formula: y_tc = mean over u in the window of x_(t s + u)c. With padding same, windows that reach over an end
    average only what lies on the sequence.
    Shapes: x (N, T, C) -> y (N, T', C); valid: T' = floor((T - k) / s) + 1; same: T' = ceil(T / s).
    Gradients: dy, divided by the number of values in the window, goes to each of them.
    Errors: ShapeError where the input is no sequence, or shorter than the window.
    Source: Keras 3 AveragePooling1D.
    """

    FORMULA: ClassVar[str] = "y = mean over the window"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "avgpool",
        "mean",
        "moving average",
        "downsample",
        "sequence",
        "series",
    )

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        axis = self.axis(x.shape[1:])
        combine = bind_combine(np.add, x, y, axis)
        share = np.empty(y.shape[1:], y.dtype)
        share[...] = (1 / np.array(filled(axis)))[:, None]
        multiply = np.multiply

        def forward() -> None:
            combine()
            multiply(y, share, y)

        dx = binding.input_gradients[0]
        if not binding.output_gradients or dx is None:
            return Kernel(forward)
        dy, part = binding.output_gradients[0], binding.scratch(y.shape)
        spread = bind_spread(part, dx, axis)

        def backward() -> None:
            multiply(dy, share, part)
            spread()

        return Kernel(forward, backward)
