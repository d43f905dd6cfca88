"""What the normalization layers share: their settings, and the scale and the shift that they learn."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Layer, Masking, ParameterSpec, refuse


class _Normalization(Layer, frozen=True):
    FAMILY: ClassVar[str] = "normalization"
    CATEGORY: ClassVar[str] = "Normalization"
    ACTIVATION_FIELD: ClassVar[str] = ""
    MASKING: ClassVar[Masking] = "pass"

    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the divisor above 0.", extra={"scale": "log", "basic": False})
    ] = 1e-3
    center: Annotated[bool, Meta(description="Learn a shift, beta.", extra={"basic": False})] = True
    scale: Annotated[bool, Meta(description="Learn a scale, gamma.", extra={"basic": False})] = True
    beta_initializer: Annotated[
        ComponentValue, Meta(description="First shift.", extra={"registry": "initializer", "basic": False})
    ] = "zeros"
    gamma_initializer: Annotated[
        ComponentValue, Meta(description="First scale.", extra={"registry": "initializer", "basic": False})
    ] = "ones"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs[0]:
            raise refuse(self, "an input with a feature axis", inputs[0])
        return inputs

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = inputs[0][-1:]
        gamma = (ParameterSpec("gamma", shape, self.gamma_initializer),) if self.scale else ()
        beta = (ParameterSpec("beta", shape, self.beta_initializer),) if self.center else ()
        return gamma + beta
