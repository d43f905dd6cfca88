"""The largest value of each channel of an image."""

from __future__ import annotations

from typing import ClassVar

from engine.layers.base import Binding, Kernel
from engine.layers.global_pooling import GlobalPooling, bind_largest


class GlobalMaxPooling2D(GlobalPooling, frozen=True):
    """Global max pooling: one number per channel, the largest of the whole image: whether a thing is there at all.

    Formula: y_c = max over i, j of x_ijc.
    Shapes: x (N, H, W, C) -> y (N, C).
    Gradients: dy goes to the largest value; of several equal ones to the first.
    Errors: ShapeError where the input is no image.
    Source: Keras 3 GlobalMaxPooling2D.
    """

    FORMULA: ClassVar[str] = "y = max over all places"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("gmp", "maxpool", "cnn", "image")
    RANK: ClassVar[int] = 2

    def bind(self, binding: Binding) -> Kernel:
        return bind_largest(binding)
