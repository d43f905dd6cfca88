"""The place where predictions leave a network and meet their targets."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Example, Layer, Port


class Output(Layer, frozen=True):
    """Where predictions leave and meet the targets: names the loss that training makes small.

    Formula: total loss = sum over the outputs of weight * loss(prediction, target), plus the regularizers' penalties.
    Shapes: the prediction's shape is whatever arrives; the loss says what targets belong to it.
    """

    FAMILY: ClassVar[str] = "output"
    FORMULA: ClassVar[str] = "L = w · loss(y, t)"
    OUTPUTS: ClassVar[tuple[Port, ...]] = ()
    KEYWORDS: ClassVar[tuple[str, ...]] = ("loss", "target", "prediction")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("loss",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    loss: Annotated[
        ComponentValue,
        Meta(description="What training makes small.", extra={"registry": "loss"}),
    ] = "categorical_crossentropy"
    weight: Annotated[
        float, Meta(ge=0, description="Weight of this loss where there are several.", extra={"basic": False})
    ] = 1.0

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ()

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((3,),)),)
