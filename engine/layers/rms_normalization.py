"""Normalization of each sample to a fixed length."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec, refuse
from engine.layers.standardizing import bind_standardizing


class RMSNormalization(Layer, frozen=True):
    """RMS normalization: divides each sample by its root mean square, then scales it; no mean is taken off.

    Formula: y = scale x / √(mean(x²) + epsilon), with the mean over the last axis; it is the same while training and
    while predicting.
    Shapes: x (N, ..., C) -> y the same; scale (C,).
    Gradients: with h = x / √(mean(x²) + epsilon), g = scale dy and means over the last axis: dscale = sum of dy h;
    dx = (g - h mean(g h)) / √(mean(x²) + epsilon).
    Errors: ShapeError for an input without a feature axis.
    Source: Zhang and Sennrich 2019, Root mean square layer normalization; Keras 3 RMSNormalization over the last axis.
    """

    FAMILY: ClassVar[str] = "normalization"
    CATEGORY: ClassVar[str] = "Normalization"
    FORMULA: ClassVar[str] = "y = γ·x / √(mean(x²) + ε)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("rmsnorm", "root mean square", "normalize", "transformer")
    ACTIVATION_FIELD: ClassVar[str] = ""
    MASKING: ClassVar[Masking] = "pass"

    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the divisor above 0.", extra={"scale": "log"})
    ] = 1e-6
    scale_initializer: Annotated[
        ComponentValue, Meta(description="First scale.", extra={"registry": "initializer", "basic": False})
    ] = "ones"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs[0]:
            raise refuse(self, "an input with a feature axis", inputs[0])
        return inputs

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("scale", inputs[0][-1:], self.scale_initializer),)

    def bind(self, binding: Binding) -> Kernel:
        return bind_standardizing(binding, self.epsilon, center=False, scale="scale")

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((5,),)),
            Example(cls(epsilon=1e-2), ((3, 4),)),
            Example(cls(scale_initializer="random_normal"), ((2, 2, 3),)),
        )
