"""What the merging layers share: any number of inputs of one shape, combined value by value."""

from __future__ import annotations

from typing import ClassVar

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Example, Layer, Masking, Port


class Merge(Layer, frozen=True):
    """Base of the layers that combine inputs of one shape, value by value."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "merge"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Merge"
    INPUTS: ClassVar[tuple[Port, ...]] = (
        Port("inputs", "What to combine, all of one shape.", variadic=True),
    )
    ACTIVATION_FIELD: ClassVar[str] = ""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs:
            raise ShapeError(
                f"{self.NAME} expects at least one input. Received: none. Connect what it should combine."
            )
        for shape in inputs[1:]:
            if shape != inputs[0]:
                raise ShapeError(
                    f"{self.NAME} expects inputs of one shape. Received: {text(inputs[0])} and {text(shape)}. "
                    "Give the layers before it the same size.",
                    shapes=(inputs[0], shape),
                )
        return inputs[:1]

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4,), (4,))),
            Example(cls(), ((2, 3), (2, 3), (2, 3))),
            Example(cls(), ((3,),)),
        )
