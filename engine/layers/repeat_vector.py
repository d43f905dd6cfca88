"""A vector as a sequence."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, refuse


class RepeatVector(Layer, frozen=True):
    """Gives the same vector at each of n steps: what an encoder found, as the input of a decoder.

    Formula: y_t = x for t = 1 … n. Shapes: x (N, D) -> y (N, n, D).
    Gradients: dx = sum of dy over the steps. Errors: ShapeError for an input that is not a vector.
    Source: Keras 3 RepeatVector.
    """

    FAMILY: ClassVar[str] = "recurrent"
    CATEGORY: ClassVar[str] = "Recurrent"
    FORMULA: ClassVar[str] = "yₜ = x, n times"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("sequence", "decoder", "context", "tile", "broadcast")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("n",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    n: Annotated[int, Meta(ge=1, le=100_000, description="Number of steps.")] = 8

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) != 1:
            raise refuse(self, "a vector of features", inputs[0])
        return ((self.n, inputs[0][0]),)

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,), copyto = binding.inputs, binding.outputs, np.copyto
        repeated = x[:, None, :]

        def forward() -> None:
            copyto(y, repeated)

        dx = binding.input_gradients[0]
        if not binding.output_gradients or dx is None:
            return Kernel(forward)
        dy, total = binding.output_gradients[0], np.add.reduce

        def backward() -> None:
            total(dy, axis=1, out=dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(n=3), ((4,),)), Example(cls(), ((2,),)))
