"""The mean of the inputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.merge import Merge


class Average(Merge, frozen=True):
    """Averages its inputs, value by value.

    Formula: y = (x_1 + … + x_k) / k. Shapes: every x and y (N, ...), all the same.
    Gradients: dx_i = dy / k. Errors: ShapeError where the shapes differ.
    Source: Keras 3 Average.
    """

    FORMULA: ClassVar[str] = "y = (x₁ + … + xₖ) / k"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("mean", "ensemble")

    def bind(self, binding: Binding) -> Kernel:
        (first, *others), (y,) = binding.inputs, binding.outputs
        add, multiply, copyto, share = (
            np.add,
            np.multiply,
            np.copyto,
            np.array(1 / len(binding.inputs), y.dtype),
        )

        def forward() -> None:
            if not others:
                copyto(y, first)
                return
            add(first, others[0], y)
            for x in others[1:]:
                add(y, x, y)
            multiply(y, share, y)

        if not binding.output_gradients:
            return Kernel(forward)
        (dy,) = binding.output_gradients
        gradients = [dx for dx in binding.input_gradients if dx is not None]

        def backward() -> None:
            for dx in gradients:
                multiply(dy, share, dx)

        return Kernel(forward, backward)
