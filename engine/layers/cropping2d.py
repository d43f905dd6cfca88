"""Edges cut off images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.margins import Margins
from engine.layers.settings import Extra


class Cropping2D(Margins, frozen=True):
    """Cropping of images: rows and columns cut off at the sides.

    Formula: y_ijc = x_(i + top, j + left, c).
    Shapes: x (N, H, W, C) -> y (N, H - top - bottom, W - left - right, C).
    Gradients: dy where it was kept, 0 where it was cut off.
    Errors: ShapeError where the input is no image, or nothing of it would be left.
    Source: Keras 3 Cropping2D, where the four numbers are written as two pairs.
    """

    FORMULA: ClassVar[str] = "y = x without its edges"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("crop", "cut", "trim", "image")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("cropping",)
    CROPS: ClassVar[bool] = True

    cropping: Annotated[
        tuple[Extra, Extra, Extra, Extra],
        Meta(description="Rows cut off at the top and the bottom, columns at the left and the right."),
    ] = (0, 0, 0, 0)

    @property
    def margins(self) -> tuple[int, ...]:
        return self.cropping

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((2, 3, 2),)),
            Example(cls(cropping=(1, 0, 0, 2)), ((3, 4, 2),)),
            Example(cls(cropping=(1, 1, 1, 1)), ((4, 3, 1),)),
        )
