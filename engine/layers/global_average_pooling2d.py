"""One mean per channel."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.global_pooling import GlobalPooling


class GlobalAveragePooling2D(GlobalPooling, frozen=True):
    """Global average pooling: one number per channel, its mean over the whole image, whatever the image's size.

    Formula: y_c = (1 / (H W)) sum over i, j of x_ijc.
    Shapes: x (N, H, W, C) -> y (N, C).
    Gradients: dy / (H W) goes to every place.
    Errors: ShapeError where the input is no image.
    Source: Lin, Chen and Yan 2014, Network in network; Keras 3 GlobalAveragePooling2D.
    """

    FORMULA: ClassVar[str] = "y = mean over all places"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("gap", "mean", "average", "cnn", "image")

    def bind(self, binding: Binding) -> Kernel:
        n, height, width, channels = binding.inputs[0].shape
        x, y = binding.inputs[0].reshape(n, height * width, channels), binding.outputs[0]
        share = np.full((1, height * width), 1 / (height * width), x.dtype)
        # A product of a row of shares with each image: the sum over places then runs in the matrix library.
        sums, matmul = y.reshape(n, 1, channels), np.matmul

        def forward() -> None:
            matmul(share, x, out=sums)

        if not binding.output_gradients:
            return Kernel(forward)
        gradient = binding.input_gradients[0]
        if gradient is None:
            return Kernel(forward)
        dx = gradient.reshape(x.shape)
        dy = binding.output_gradients[0].reshape(n, 1, channels)
        part = binding.scratch(dy.shape)
        multiply, copyto, scale = np.multiply, np.copyto, np.array(1 / (height * width), x.dtype)

        def backward() -> None:
            multiply(dy, scale, part)
            copyto(dx, part)

        return Kernel(forward, backward)
