"""The inputs side by side."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.errors import SettingError, ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, Port


class Concatenate(Layer, frozen=True):
    """Lays its inputs side by side along one axis: features, channels, or steps.

    Formula: y = [x_1, x_2, …]. Shapes: the x agree in all axes but `axis`, whose sizes add up.
    `axis` counts as in Keras, the batch axis being 0: it can't be 0 itself; 1 is the first axis of a sample, -1 the
    last one.
    Gradients: each dx is its part of dy. Errors: ShapeError where other axes differ, or there is no such axis;
    SettingError for the batch axis.
    Source: Keras 3 Concatenate.
    """

    FAMILY: ClassVar[str] = "merge"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Merge"
    FORMULA: ClassVar[str] = "y = [x₁, x₂, …]"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("concat", "join", "stack", "skip", "u-net")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("axis",)
    INPUTS: ClassVar[tuple[Port, ...]] = (
        Port("inputs", "What to lay side by side, in order.", variadic=True),
    )
    ACTIVATION_FIELD: ClassVar[str] = ""

    axis: Annotated[
        int,
        Meta(ge=-5, le=5, description="Axis along which to lay them; 0 would be the batch, -1 is the last."),
    ] = -1

    def check(self) -> None:
        super().check()
        if self.axis == 0:
            raise SettingError(
                "Concatenate: axis 0 is the batch, which has to stay as it is. Use 1, 2, … or -1."
            )

    def _axis(self, shapes: tuple[Shape, ...]) -> int:
        """Return the axis within a sample of these shapes."""
        rank = len(shapes[0])
        axis = self.axis - 1 if self.axis > 0 else rank + self.axis
        if not 0 <= axis < rank:
            raise ShapeError(
                f"Concatenate has axis {self.axis}, but its inputs have {rank + 1} axes, the batch among them. "
                f"Received: {text(shapes[0])}. Use an axis from 1 on, or -1 for the last.",
                shapes=shapes,
            )
        return axis

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs:
            raise ShapeError(
                "Concatenate expects at least one input. Received: none. Connect what it should join."
            )
        axis = self._axis(inputs)
        first = inputs[0]
        for shape in inputs[1:]:
            if (
                len(shape) != len(first)
                or shape[:axis] + shape[axis + 1 :] != first[:axis] + first[axis + 1 :]
            ):
                raise ShapeError(
                    f"Concatenate expects inputs that differ only along axis {self.axis}. "
                    f"Received: {text(first)} and {text(shape)}.",
                    shapes=(first, shape),
                )
        return ((*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :]),)

    def bind(self, binding: Binding) -> Kernel:
        axis = self._axis(tuple(x.shape[1:] for x in binding.inputs)) + 1
        stops = np.cumsum([x.shape[axis] for x in binding.inputs])
        places = [
            (*(slice(None),) * axis, slice(int(stop) - x.shape[axis], int(stop)))
            for x, stop in zip(binding.inputs, stops, strict=True)
        ]
        (y,), copyto = binding.outputs, np.copyto
        moves = [(y[place], x) for place, x in zip(places, binding.inputs, strict=True)]

        def forward() -> None:
            for target, source in moves:
                copyto(target, source)

        if not binding.output_gradients:
            return Kernel(forward)
        (dy,) = binding.output_gradients
        back = [
            (dx, dy[place])
            for place, dx in zip(places, binding.input_gradients, strict=True)
            if dx is not None
        ]

        def backward() -> None:
            for target, source in back:
                copyto(target, source)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3,), (2,))),
            Example(cls(axis=1), ((2, 3), (4, 3), (1, 3))),
            Example(cls(axis=-2), ((2, 2, 3), (2, 1, 3))),
            Example(cls(), ((4,),)),
        )
