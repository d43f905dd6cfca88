"""Dropout."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Binding, Example, Kernel, Layer, Masking
from engine.layers.random_factors import bind_dropout


class Dropout(Layer, frozen=True):
    """Dropout: while training, sets a random part of the values to 0, so that units can't rely on one another.

    Formula: y = x m / (1 - rate), with m = 0 with probability rate, else 1, drawn anew at each step (inverted dropout:
    the mean stays). While predicting, y = x.
    Shapes: y has the shape of x. Gradients: dx = dy m / (1 - rate).
    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014; Keras 3 Dropout.
    """

    FAMILY: ClassVar[str] = "regularization"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Regularization"
    FORMULA: ClassVar[str] = "y = x·m / (1 − rate), m = 0 or 1"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("regularization", "overfitting", "noise")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("rate",)
    ALIAS_INFERENCE: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    rate: Annotated[float, Meta(ge=0, lt=1, description="Part of the values that is set to 0.")] = 0.5

    def bind(self, binding: Binding) -> Kernel:
        return bind_dropout(binding, self.rate, binding.inputs[0].shape)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((6,),)), Example(cls(rate=0.2), ((3, 4),)), Example(cls(rate=0.0), ((3,),)))
