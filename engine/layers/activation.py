"""An activation as a node of its own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.layers.base import Example, Layer


class Activation(Layer, frozen=True):
    """Applies a function to every value, as a node of its own rather than as a layer's setting.

    Formula: y = f(x).
    Shapes: x (N, ...) -> y the same.
    Gradients: dx = dy f'(x).
    Source: Keras 3 Activation.
    """

    FAMILY: ClassVar[str] = "activation"
    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y = f(x)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("function", "relu", "sigmoid", "tanh", "softmax", "nonlinearity")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("function",)
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = "function"

    function: Annotated[
        ComponentValue, Meta(description="Function applied to every value.", extra={"registry": "activation"})
    ] = "relu"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(function="tanh"), ((4,),)),
            Example(cls(function="softmax"), ((3, 4),)),
            Example(cls(function={"name": "leaky_relu", "negative_slope": 0.1}), ((2, 3, 2),)),
        )
