"""The axes of a sample in another order."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.errors import SettingError, ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Binding, Example, Kernel, Layer


class Permute(Layer, frozen=True):
    """Puts the axes of a sample into another order: features first, or steps and features exchanged.

    Formula: axis k of y is axis dims[k] of x, counted from 1; the batch stays first.
    Shapes: x (N, n_1, n_2, …) -> y (N, n_dims[1], n_dims[2], …).
    Gradients: dx is dy in the order of x.
    Errors: ShapeError where the input has another number of axes than dims; SettingError where dims does not name each
    axis once.
    Source: Keras 3 Permute (where dims has no default).
    """

    FAMILY: ClassVar[str] = "shape"
    CATEGORY: ClassVar[str] = "Shape"
    FORMULA: ClassVar[str] = "y = x with its axes in another order"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("transpose", "axes", "swap", "channels first")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("dims",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    dims: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=8)], ...],
        Meta(description="The axes of the input, counted from 1, in their new order.", min_length=1),
    ] = (2, 1)

    def check(self) -> None:
        super().check()
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise SettingError(
                f"Permute: dims names each axis once, counted from 1. Received: {self.dims}. "
                "(2, 1) exchanges the two axes of a sequence."
            )

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        if len(shape) != len(self.dims):
            raise ShapeError(
                f"Permute has {len(self.dims)} dims, but its input has {len(shape)} axes after the batch. "
                f"Received: {text(shape)}. Give dims a number for each axis.",
                shapes=inputs,
            )
        return (tuple(shape[axis - 1] for axis in self.dims),)

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        rank = len(inputs[0])
        return self.replace(dims=(*range(2, rank + 1), 1)) if rank else None

    def bind(self, binding: Binding) -> Kernel:
        order = (0, *self.dims)
        (x,), (y,), copyto = binding.inputs, binding.outputs, np.copyto
        moved = x.transpose(order)
        if not binding.output_gradients or binding.input_gradients[0] is None:
            return Kernel(lambda: copyto(y, moved))
        (dy,) = binding.output_gradients
        dx = binding.input_gradients[0].transpose(order)
        return Kernel(lambda: copyto(y, moved), lambda: copyto(dx, dy))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3, 4),)),
            Example(cls(dims=(3, 1, 2)), ((2, 3, 4),)),
            Example(cls(dims=(1,)), ((3,),)),
        )
