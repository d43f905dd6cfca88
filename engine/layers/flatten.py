"""From any shape to one row of features."""

from __future__ import annotations

from typing import ClassVar

from engine.core.shapes import Shape, size
from engine.layers.base import Example, Layer


class Flatten(Layer, frozen=True):
    """Lays all values of a sample in one row, the last axis running fastest: from images to dense layers.

    Formula: y_n = all of x_n in order. Shapes: x (N, ...) -> y (N, product of the rest). No data moves.
    Source: Keras 3 Flatten.
    """

    FAMILY: ClassVar[str] = "shape"
    CATEGORY: ClassVar[str] = "Shape"
    FORMULA: ClassVar[str] = "y = x in one row"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("reshape", "vector", "ravel")
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((size(inputs[0]),),)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((2, 3, 4),)), Example(cls(), ((5,),)))
