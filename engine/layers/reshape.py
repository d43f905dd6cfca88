"""The same values under another shape."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import SettingError
from engine.core.shapes import Shape, size, text
from engine.layers.base import Example, Layer, refuse

Extent = Annotated[int, Meta(ge=-1, le=10**9)]


class Reshape(Layer, frozen=True):
    """Gives the values of a sample another shape; no value is copied or moved.

    Formula: y = x, read in the same order (the last axis fastest).
    Shapes: x (N, ...) -> y (N, *target_shape), with as many values; one -1 stands for whatever is left.
    Gradients: dx = dy in the input's shape.
    Errors: ShapeError where the counts differ.
    Source: Keras 3 Reshape.
    """

    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y = x as target_shape"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("view", "shape")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("target_shape",)
    ALIAS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    target_shape: Annotated[
        tuple[Extent, ...],
        Meta(description="Shape of one sample; one -1 is worked out.", min_length=1, max_length=5),
    ] = (-1,)

    def check(self) -> None:
        super().check()
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise SettingError(
                f"Reshape: target_shape takes sizes from 1, and -1 at most once. Received: {self.target_shape}."
            )

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        known = size(tuple(n for n in self.target_shape if n != -1))
        if -1 in self.target_shape and known and size(shape) % known == 0:
            return (tuple(size(shape) // known if n == -1 else n for n in self.target_shape),)
        if -1 not in self.target_shape and known == size(shape):
            return (self.target_shape,)
        wanted = text(self.target_shape).replace("-1", "?")
        raise refuse(self, f"as many values as {wanted} holds", shape)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(target_shape=(3, 4)), ((12,),)), Example(cls(target_shape=(2, -1)), ((4, 3),)))
