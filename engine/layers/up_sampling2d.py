"""Upsampling of images."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer
from engine.layers.settings import Pair
from engine.layers.up_sampling import bind_repeat, bind_stretch
from engine.layers.windows import check_rank


class UpSampling2D(Layer, frozen=True):
    """Upsampling: a larger image without anything learned, each value repeated or interpolated between neighbours.

    Formula: nearest: y_ijc = x_(floor(i / r), floor(j / q), c); bilinear: interpolated between the centres of the
    places, at (i + 1/2) / r - 1/2, and constant beyond the outermost centres.
    Shapes: x (N, H, W, C) -> y (N, r H, q W, C), with size (r, q).
    Gradients: nearest: the sum of dy over all copies of a value; bilinear: dy by the weights of the interpolation.
    Errors: ShapeError where the input is no image.
    Source: Keras 3 UpSampling2D. With a convolution behind it, it grows images without the checkerboard of a transposed
    convolution (Odena, Dumoulin and Olah 2016).
    """

    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    FORMULA: ClassVar[str] = "y = x, enlarged"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "upsample", "resize", "enlarge", "nearest", "bilinear", "decoder", "image",
    )  # fmt: skip
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("size", "interpolation")
    ACTIVATION_FIELD: ClassVar[str] = ""

    size: Annotated[Pair, Meta(description="How many times as high, and as wide.")] = (2, 2)
    interpolation: Annotated[
        Literal["nearest", "bilinear"],
        Meta(description="nearest: each value repeated; bilinear: smooth between neighbours."),
    ] = "nearest"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        check_rank(self.NAME, shape, 2)
        return ((shape[0] * self.size[0], shape[1] * self.size[1], shape[2]),)

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        return (bind_repeat if self.interpolation == "nearest" else bind_stretch)(binding, x, y, self.size)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((2, 3, 2),)),
            Example(cls(size=(1, 3)), ((2, 2, 1),)),
            Example(cls(size=(3, 1)), ((2, 2, 2),)),
            Example(cls(size=(1, 1)), ((2, 2, 2),)),
            Example(cls(size=(3, 2), interpolation="bilinear"), ((2, 3, 2),)),
            Example(cls(interpolation="bilinear"), ((1, 4, 1),)),
        )
