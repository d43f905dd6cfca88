"""Upsampling of sequences."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer
from engine.layers.settings import Extent
from engine.layers.up_sampling import bind_repeat
from engine.layers.windows import check_rank


class UpSampling1D(Layer, frozen=True):
    """Upsampling of sequences: a longer sequence without anything learned, each step repeated.

    Formula: y_tc = x_(floor(t / s), c).
    Shapes: x (N, T, C) -> y (N, s T, C), with size s.
    Gradients: the sum of dy over all copies of a step.
    Errors: ShapeError where the input is no sequence.
    Source: Keras 3 UpSampling1D.
    """

    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    FORMULA: ClassVar[str] = "y = x, each step repeated"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("upsample", "repeat", "stretch", "decoder", "sequence", "series")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("size",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    size: Annotated[Extent, Meta(description="How many times as long.")] = 2

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        check_rank(self.NAME, shape, 1)
        return ((shape[0] * self.size, shape[1]),)

    def bind(self, binding: Binding) -> Kernel:
        x, y = binding.inputs[0][:, None], binding.outputs[0][:, None]
        return bind_repeat(binding, x, y, (1, self.size))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3, 2),)),
            Example(cls(size=3), ((2, 1),)),
            Example(cls(size=1), ((2, 2),)),
        )
