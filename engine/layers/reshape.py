"""The same values in another shape."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import SettingError, ShapeError
from engine.core.shapes import Shape, size, text
from engine.layers.base import Example, Layer


class Reshape(Layer, frozen=True):
    """Gives the values of a sample another shape, in the same order, the last axis running fastest.

    Formula: y = x. Shapes: x (N, ...) -> y (N, *target_shape); one entry of target_shape may be -1: it takes what is
    left. No data moves.
    Errors: ShapeError where the numbers of values differ; SettingError for a second -1 or a 0.
    Source: Keras 3 Reshape.
    """

    FAMILY: ClassVar[str] = "shape"
    CATEGORY: ClassVar[str] = "Shape"
    FORMULA: ClassVar[str] = "y = x in another shape"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("view", "channel", "image", "series")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("target_shape",)
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    target_shape: Annotated[
        tuple[Annotated[int, Meta(ge=-1, le=10**9)], ...],
        Meta(
            description="Shape of one sample, without the batch axis; one -1 takes what is left.",
            min_length=1,
        ),
    ] = (-1,)

    def check(self) -> None:
        super().check()
        if 0 in self.target_shape or self.target_shape.count(-1) > 1:
            raise SettingError(
                f"Reshape: target_shape takes numbers from 1 on, and -1 at most once. Received: {self.target_shape}."
            )

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        given = size(shape)
        fixed = size(tuple(n for n in self.target_shape if n != -1))
        missing, rest = divmod(given, fixed)
        if rest or (-1 not in self.target_shape and missing != 1):
            wanted = ", ".join("?" if n == -1 else str(n) for n in self.target_shape)
            raise ShapeError(
                f"Reshape can't lay out {given:,} values ({text(shape)}) as ({wanted}). "
                f"The sizes of target_shape must multiply to {given:,}; -1 stands for the one that follows.",
                shapes=(shape, self.target_shape),
            )
        return (tuple(missing if n == -1 else n for n in self.target_shape),)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(target_shape=(3, 2)), ((6,),)),
            Example(cls(target_shape=(2, -1)), ((4, 3),)),
            Example(cls(), ((2, 2),)),
        )
