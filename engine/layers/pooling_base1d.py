"""What the pooling layers over sequences share: their settings and shapes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Example, Layer
from engine.layers.settings import Extent, Padding
from engine.layers.windows import Axis, checked_geometry


class Pooling1D(Layer, frozen=True):
    """Base of the layers that make one value of each window of a sequence, channel by channel."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "pooling"
    CATEGORY: ClassVar[str] = "Convolution"
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("pool_size",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    pool_size: Annotated[Extent, Meta(description="Steps in the window.")] = 2
    strides: Annotated[
        Extent | None,
        Meta(description="Steps from one window to the next; as many as the window has where not given."),
    ] = None
    padding: Annotated[
        Padding, Meta(description="valid: whole windows only; same: windows may reach over the ends.")
    ] = "valid"

    def axis(self, shape: Shape) -> Axis:
        """Return where the windows lie on inputs of `shape`. Raises ShapeError."""
        strides = (self.strides or self.pool_size,)
        return checked_geometry(self.NAME, shape, (self.pool_size,), strides, self.padding).columns

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        return self.replace(padding="same")

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        return ((self.axis(shape).positions, shape[-1]),)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((6, 3),)),
            Example(cls(), ((5, 1),)),
            Example(cls(pool_size=3, strides=1), ((6, 2),)),
            Example(cls(pool_size=3, strides=2, padding="same"), ((6, 2),)),
            Example(cls(pool_size=2, strides=3, padding="same"), ((7, 2),)),
        )
