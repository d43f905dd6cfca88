"""Marking padded steps."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers import base
from engine.layers.base import Binding, Example, Kernel, Layer, refuse


class Masking(Layer, frozen=True):
    """Marks the steps that only pad a sequence to its length, so that the layers behind leave them out.

    Formula: a step is padding where all its features are mask_value; y = 0 there, and y = x elsewhere.
    Shapes: x (N, T, ..., D) -> y of the same shape, and the mask (N, T), which goes on with y: recurrent layers keep
    their state over padded steps, attention does not look at them, and loss and metrics do not count them.
    Gradients: dx = dy at real steps, else 0. Errors: ShapeError for an input that is not a sequence.
    Source: Keras 3 Masking.
    """

    FAMILY: ClassVar[str] = "recurrent"
    CATEGORY: ClassVar[str] = "Recurrent"
    FORMULA: ClassVar[str] = "padding where every feature of a step is mask_value"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("mask", "padding", "sequence", "variable length")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("mask_value",)
    MASKING: ClassVar[base.Masking] = "make"
    ACTIVATION_FIELD: ClassVar[str] = ""

    mask_value: Annotated[float, Meta(description="The value that pads.")] = 0.0

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) < 2:
            raise refuse(self, "a sequence (steps, features)", inputs[0])
        return inputs[:1]

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,), mask = binding.inputs, binding.outputs, binding.output_mask
        assert mask is not None
        value, differs = np.array(self.mask_value, x.dtype), binding.scratch(x.shape, bool)
        flat = differs.reshape(*mask.shape, -1)
        factor = mask.reshape(*mask.shape, *(1,) * (x.ndim - 2))
        not_equal, any_of, multiply = np.not_equal, np.logical_or.reduce, np.multiply

        def forward() -> None:
            not_equal(x, value, differs)
            any_of(flat, axis=-1, out=mask)
            multiply(x, factor, y)

        if not binding.output_gradients or binding.input_gradients[0] is None:
            return Kernel(forward)
        dy, dx = binding.output_gradients[0], binding.input_gradients[0]
        return Kernel(forward, lambda: multiply(dy, factor, dx))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((4, 3),)), Example(cls(mask_value=-1.0), ((3, 2, 2),)))
