"""The smallest of the inputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.maximum import bind_extreme
from engine.layers.merge import Merge


class Minimum(Merge, frozen=True):
    """Takes the smallest of its inputs at each place.

    Formula: y = min(x_1, x_2, …). Shapes: every x and y (N, ...), all the same.
    Gradients: dy goes to the input that is the smallest; of several equal ones to the first.
    Errors: ShapeError where the shapes differ.
    Source: Keras 3 Minimum.
    """

    FORMULA: ClassVar[str] = "y = min(x₁, x₂, …)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("min", "smallest")

    def bind(self, binding: Binding) -> Kernel:
        return bind_extreme(binding, np.minimum)
