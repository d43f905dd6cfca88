"""An activation as a node of its own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.layers.base import Example, Layer, Masking


class Activation(Layer, frozen=True):
    """Applies an activation function to every value: the same as the activation setting of other layers.

    Formula: y = g(x). Shapes: y has the shape of x.
    Gradients: dx = dy g'(x).
    Source: Keras 3 Activation (where the field is called activation).
    """

    FAMILY: ClassVar[str] = "activation"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y = g(x)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "relu",
        "sigmoid",
        "tanh",
        "softmax",
        "nonlinearity",
        "transfer function",
    )
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("function",)
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = "function"

    function: Annotated[
        ComponentValue, Meta(description="The function.", extra={"registry": "activation"})
    ] = "relu"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(function="tanh"), ((4,),)),
            Example(cls(function={"name": "elu", "alpha": 0.5}), ((3, 2),)),
        )
