"""Pooling of sequences by the largest value."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.pooling import bind_choose, bind_combine
from engine.layers.pooling_base1d import Pooling1D


class MaxPooling1D(Pooling1D, frozen=True):
    """Max pooling over sequences: the largest value of each window of steps.

    Formula: y_tc = max over u in the window of x_(t s + u)c. Padding (same) never wins.
    Shapes: x (N, T, C) -> y (N, T', C); valid: T' = floor((T - k) / s) + 1; same: T' = ceil(T / s).
    Gradients: dy goes to the largest value; of several equal ones to the first.
    Errors: ShapeError where the input is no sequence, or shorter than the window.
    Source: Keras 3 MaxPooling1D.
    """

    FORMULA: ClassVar[str] = "y = max over the window"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("maxpool", "downsample", "subsample", "cnn", "sequence", "series")

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        axis = self.axis(x.shape[1:])
        forward = bind_combine(np.maximum, x, y, axis)
        dx = binding.input_gradients[0]
        if not binding.output_gradients or dx is None:
            return Kernel(forward)
        return Kernel(forward, bind_choose(binding, x, y, binding.output_gradients[0], dx, axis))
