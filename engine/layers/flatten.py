"""Everything in one row."""

from __future__ import annotations

from typing import ClassVar

from engine.core.shapes import Shape, size
from engine.layers.base import Example, Layer


class Flatten(Layer, frozen=True):
    """Lays the values of a sample out in one row; no value is copied or changed.

    Formula: y_k = x_ijc with k = (i W + j) C + c, the last axis fastest.
    Shapes: x (N, H, W, C) -> y (N, H W C).
    Gradients: dx = dy in the input's shape.
    Source: Keras 3 Flatten.
    """

    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y = x as one row"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("reshape", "vector", "row")
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((size(inputs[0]),),)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((3, 4, 2),)), Example(cls(), ((5,),)))
