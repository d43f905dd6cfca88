"""Zeros around sequences."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.margins import Margins
from engine.layers.settings import Extra


class ZeroPadding1D(Margins, frozen=True):
    """Zero padding of sequences: steps of zeros before and after.

    Formula: y_tc = x_(t - a)c where that is a step of x, else 0, with a steps before.
    Shapes: x (N, T, C) -> y (N, a + T + b, C).
    Gradients: dx is the part of dy that is not padding.
    Errors: ShapeError where the input is no sequence.
    Source: Keras 3 ZeroPadding1D.
    """

    FORMULA: ClassVar[str] = "y = 0…0, x, 0…0"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("pad", "border", "sequence", "series")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("padding",)

    padding: Annotated[
        tuple[Extra, Extra],
        Meta(description="Steps of zeros before, and after."),
    ] = (1, 1)

    @property
    def margins(self) -> tuple[int, ...]:
        return self.padding

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3, 2),)),
            Example(cls(padding=(2, 0)), ((2, 1),)),
        )
