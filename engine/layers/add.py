"""The sum of the inputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.merge import Merge


class Add(Merge, frozen=True):
    """Adds its inputs, value by value: what a residual connection ends in.

    Formula: y = x_1 + x_2 + … Shapes: every x and y (N, ...), all the same.
    Gradients: dx_i = dy. Errors: ShapeError where the shapes differ.
    Source: Keras 3 Add; He, Zhang, Ren and Sun 2016, Deep residual learning.
    """

    FORMULA: ClassVar[str] = "y = x₁ + x₂ + …"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("sum", "plus", "residual", "skip", "shortcut")

    def bind(self, binding: Binding) -> Kernel:
        (first, *others), (y,) = binding.inputs, binding.outputs
        add, copyto = np.add, np.copyto

        def forward() -> None:
            if not others:
                copyto(y, first)
                return
            add(first, others[0], y)
            for x in others[1:]:
                add(y, x, y)

        if not binding.output_gradients:
            return Kernel(forward)
        (dy,) = binding.output_gradients
        gradients = [dx for dx in binding.input_gradients if dx is not None]

        def backward() -> None:
            for dx in gradients:
                copyto(dx, dy)

        return Kernel(forward, backward)
