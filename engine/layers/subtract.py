"""The difference of two inputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Example, Kernel, Port
from engine.layers.merge import Merge


class Subtract(Merge, frozen=True):
    """Takes the second input from the first, value by value.

    Formula: y = a - b. Shapes: a, b and y (N, ...), all the same.
    Gradients: da = dy; db = -dy. Errors: ShapeError where the shapes differ.
    Source: Keras 3 Subtract.
    """

    FORMULA: ClassVar[str] = "y = a − b"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("difference", "minus")
    INPUTS: ClassVar[tuple[Port, ...]] = (Port("a", "What to take from."), Port("b", "What to take off."))

    def bind(self, binding: Binding) -> Kernel:
        (a, b), (y,), subtract = binding.inputs, binding.outputs, np.subtract

        def forward() -> None:
            subtract(a, b, y)

        if not binding.output_gradients:
            return Kernel(forward)
        (dy,), (da, db) = binding.output_gradients, binding.input_gradients
        copyto, negative = np.copyto, np.negative

        def backward() -> None:
            if da is not None:
                copyto(da, dy)
            if db is not None:
                negative(dy, db)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((4,), (4,))), Example(cls(), ((2, 3), (2, 3))))
