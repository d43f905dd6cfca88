"""Dropout of whole channels of an image."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, refuse
from engine.layers.random_factors import bind_dropout


class SpatialDropout2D(Layer, frozen=True):
    """Spatial dropout: while training, sets whole channels of an image to 0, at every place at once.

    Neighbouring places tell nearly the same, so dropping single values takes little away; dropping a channel does.
    Formula: y = x m / (1 - rate), with one m for each sample and channel: 0 with probability rate, else 1, drawn anew
    at each step. While predicting, y = x.
    Shapes: x (N, height, width, channels) -> y the same. Gradients: dx = dy m / (1 - rate).
    Errors: ShapeError for an input that is not an image.
    Source: Tompson et al. 2015, Efficient object localization using convolutional networks; Keras 3 SpatialDropout2D.
    """

    FAMILY: ClassVar[str] = "regularization"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Regularization"
    FORMULA: ClassVar[str] = "y = x·m / (1 − rate), one m per channel"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("regularization", "overfitting", "channels", "noise")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("rate",)
    ALIAS_INFERENCE: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    rate: Annotated[float, Meta(ge=0, lt=1, description="Part of the channels that is set to 0.")] = 0.5

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) != 3:
            raise refuse(self, "images (height, width, channels)", inputs[0])
        return inputs

    def bind(self, binding: Binding) -> Kernel:
        batch, _, _, channels = binding.inputs[0].shape
        return bind_dropout(binding, self.rate, (batch, 1, 1, channels))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((3, 2, 4),)), Example(cls(rate=0.2), ((2, 2, 6),)))
