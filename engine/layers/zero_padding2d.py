"""Zeros around images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.margins import Margins
from engine.layers.settings import Extra


class ZeroPadding2D(Margins, frozen=True):
    """Zero padding of images: a frame of zeros, each side as wide as wished.

    Formula: y_ijc = x_(i - top, j - left, c) where that is a place of x, else 0.
    Shapes: x (N, H, W, C) -> y (N, top + H + bottom, left + W + right, C).
    Gradients: dx is the part of dy that is not padding.
    Errors: ShapeError where the input is no image.
    Source: Keras 3 ZeroPadding2D, where the four numbers are written as two pairs.
    """

    FORMULA: ClassVar[str] = "y = x in a frame of 0"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("pad", "border", "frame", "image")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("padding",)

    padding: Annotated[
        tuple[Extra, Extra, Extra, Extra],
        Meta(description="Zeros at the top, the bottom, the left and the right."),
    ] = (1, 1, 1, 1)

    @property
    def margins(self) -> tuple[int, ...]:
        return self.padding

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((2, 3, 2),)),
            Example(cls(padding=(0, 2, 1, 0)), ((2, 2, 1),)),
        )
