"""The place where predictions leave a network and meet their targets."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.registry import family
from engine.core.shapes import Shape, size, text
from engine.layers.base import Example, Layer, Port, refuse


class Output(Layer, frozen=True):
    """Where predictions leave and meet the targets: names the loss that training makes small.

    Formula: total loss = sum over the outputs of weight * loss(prediction, target), plus the regularizers' penalties.
    Shapes: the prediction's shape is whatever arrives; the loss says what targets belong to it. Where a prediction
    carries a mask, only its real steps count. A wire at `target` takes the place of the data's targets, and no gradient
    flows into it: wire an Input there and the network learns to give its input back (an autoencoder).
    """

    FAMILY: ClassVar[str] = "output"
    FORMULA: ClassVar[str] = "L = w · loss(y, t)"
    INPUTS: ClassVar[tuple[Port, ...]] = (
        Port("input", "The prediction."),
        Port("target", "What to compare with, instead of the data's targets.", optional=True),
    )
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
        if len(inputs) > 1:
            wanted = family("loss").get(self.loss).target_shape(inputs[0])
            if size(inputs[1]) != size(wanted):
                raise refuse(self, f"a target of {text(wanted)}", inputs[1])
        return ()

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((3,),)),)
