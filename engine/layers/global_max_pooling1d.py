"""The largest value of each channel of a sequence."""

from __future__ import annotations

from typing import ClassVar

from engine.layers.base import Binding, Kernel
from engine.layers.global_pooling import GlobalPooling, bind_largest


class GlobalMaxPooling1D(GlobalPooling, frozen=True):
    """Global max pooling: one number per channel, the largest of the whole sequence: whether a thing is there at all.

    Formula: y_c = max over t of x_tc.
    Shapes: x (N, T, C) -> y (N, C).
    Gradients: dy goes to the largest value; of several equal ones to the first.
    Errors: ShapeError where the input is no sequence.
    Source: Keras 3 GlobalMaxPooling1D.
    """

    FORMULA: ClassVar[str] = "y = max over all steps"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("gmp", "maxpool", "sequence", "series", "max over time")
    RANK: ClassVar[int] = 1

    def bind(self, binding: Binding) -> Kernel:
        return bind_largest(binding)
