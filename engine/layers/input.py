"""The place where samples enter a network."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Example, Layer, Port


class Input(Layer, frozen=True):
    """Where samples enter: the shape of one sample, without the batch axis.

    Shapes: a table row (features,); a series (steps, features); an image (height, width, channels), channels last.
    """

    FAMILY: ClassVar[str] = "input"
    FORMULA: ClassVar[str] = "y = x"
    FED: ClassVar[bool] = True
    INPUTS: ClassVar[tuple[Port, ...]] = ()
    KEYWORDS: ClassVar[tuple[str, ...]] = ("data", "samples", "source")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("shape",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    shape: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...],
        Meta(description="Shape of one sample, without the batch axis.", min_length=1, max_length=5),
    ] = (2,)
    dtype: Annotated[
        Literal["float", "int"],
        Meta(description="Numbers, or the ids of words or classes.", extra={"basic": False}),
    ] = "float"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.shape,)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(shape=(4,)), ()), Example(cls(shape=(5, 5, 2)), ()))
