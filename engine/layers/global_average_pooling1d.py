"""One mean per channel of a sequence."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.global_pooling import GlobalPooling


class GlobalAveragePooling1D(GlobalPooling, frozen=True):
    """Global average pooling: one number per channel, its mean over the steps of a sequence, however many there are.

    Formula: y_c = (1 / T) sum over t of x_tc; with a mask m, y_c = (sum over t of m_t x_tc) / (sum over t of m_t), and
    0 for a sequence without a single real step.
    Shapes: x (N, T, C) -> y (N, C); a mask (N, T) is used up here.
    Gradients: dy / T goes to every step; with a mask, dy / (sum of m) to every real one.
    Errors: ShapeError where the input is no sequence.
    Source: Keras 3 GlobalAveragePooling1D.
    """

    FORMULA: ClassVar[str] = "y = mean over all steps"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("gap", "mean", "average", "sequence", "series", "mask")
    RANK: ClassVar[int] = 1

    def bind(self, binding: Binding) -> Kernel:
        x, mask = binding.inputs[0], binding.input_masks[0]
        n, steps, channels = x.shape
        share = binding.buffer((n, 1, steps))
        share.fill(1 / steps)
        count = binding.buffer((n, 1, 1))
        # A product of a row of shares with each sequence: the sum over steps then runs in the matrix library.
        sums, matmul = binding.outputs[0].reshape(n, 1, channels), np.matmul
        add, maximum, divide, copyto = np.add, np.maximum, np.divide, np.copyto

        def forward() -> None:
            if mask is not None:
                copyto(share, mask[:, None])
                add.reduce(share, axis=2, out=count, keepdims=True)
                maximum(count, 1, out=count)
                divide(share, count, out=share)
            matmul(share, x, out=sums)

        dx = binding.input_gradients[0]
        if not binding.output_gradients or dx is None:
            return Kernel(forward)
        dy, shares, multiply = binding.output_gradients[0][:, None], share.reshape(n, steps, 1), np.multiply

        def backward() -> None:
            multiply(shares, dy, out=dx)

        return Kernel(forward, backward)
