"""The product of the inputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.merge import Merge


class Multiply(Merge, frozen=True):
    """Multiplies its inputs, value by value: a gate.

    Formula: y = x_1 x_2 … Shapes: every x and y (N, ...), all the same.
    Gradients: dx_i = dy times the product of the other inputs. Errors: ShapeError where the shapes differ.
    Source: Keras 3 Multiply.
    """

    FORMULA: ClassVar[str] = "y = x₁ · x₂ · …"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("product", "times", "gate", "hadamard")

    def bind(self, binding: Binding) -> Kernel:
        xs, (y,) = binding.inputs, binding.outputs
        multiply, copyto = np.multiply, np.copyto

        def forward() -> None:
            if len(xs) == 1:
                copyto(y, xs[0])
                return
            multiply(xs[0], xs[1], y)
            for x in xs[2:]:
                multiply(y, x, y)

        if not binding.output_gradients:
            return Kernel(forward)
        (dy,) = binding.output_gradients
        wanted = [
            (dx, [x for j, x in enumerate(xs) if j != i])
            for i, dx in enumerate(binding.input_gradients)
            if dx is not None
        ]

        def backward() -> None:
            for dx, others in wanted:
                source = dy
                for x in others:
                    multiply(source, x, dx)
                    source = dx
                if not others:
                    copyto(dx, dy)

        return Kernel(forward, backward)
