"""Edges cut off sequences."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.margins import Margins
from engine.layers.settings import Extra


class Cropping1D(Margins, frozen=True):
    """Cropping of sequences: steps cut off at the ends.

    Formula: y_tc = x_(t + a)c, with a steps cut off before.
    Shapes: x (N, T, C) -> y (N, T - a - b, C).
    Gradients: dy where it was kept, 0 where it was cut off.
    Errors: ShapeError where the input is no sequence, or nothing of it would be left.
    Source: Keras 3 Cropping1D.
    """

    FORMULA: ClassVar[str] = "y = x without its ends"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("crop", "cut", "trim", "sequence", "series")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("cropping",)
    CROPS: ClassVar[bool] = True

    cropping: Annotated[
        tuple[Extra, Extra],
        Meta(description="Steps cut off at the beginning, and at the end."),
    ] = (1, 1)

    @property
    def margins(self) -> tuple[int, ...]:
        return self.cropping

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4, 2),)),
            Example(cls(cropping=(2, 0)), ((3, 1),)),
        )
