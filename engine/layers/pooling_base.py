"""What the pooling layers share: their settings, their shapes, and the two axes in turn."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Layer
from engine.layers.settings import Padding, Pair
from engine.layers.windows import Geometry, checked_geometry

Array = NDArray[Any]


class Pooling2D(Layer, frozen=True):
    """Base of the layers that make one value of each window of an image, channel by channel."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "pooling"
    CATEGORY: ClassVar[str] = "Convolution"
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("pool_size",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    pool_size: Annotated[Pair, Meta(description="Height and width of the window.")] = (2, 2)
    strides: Annotated[
        Pair | None,
        Meta(description="Step of the window down and across; as large as the window where not given."),
    ] = None
    padding: Annotated[
        Padding, Meta(description="valid: whole windows only; same: windows may reach over the edges.")
    ] = "valid"

    def geometry(self, shape: Shape) -> Geometry:
        """Return where the windows lie on inputs of `shape`. Raises ShapeError."""
        return checked_geometry(
            self.NAME, shape, self.pool_size, self.strides or self.pool_size, self.padding
        )

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        return self.replace(padding="same")

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        return ((*self.geometry(shape).output, shape[-1]),)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4, 6, 3),)),
            Example(cls(), ((5, 7, 2),)),
            Example(cls(pool_size=(3, 2), strides=(2, 1)), ((7, 5, 2),)),
            Example(cls(pool_size=(3, 3), strides=(2, 2), padding="same"), ((6, 5, 2),)),
            Example(cls(pool_size=(2, 3), strides=(1, 1), padding="same"), ((4, 5, 1),)),
            Example(cls(pool_size=(1, 3)), ((2, 6, 2),)),
            Example(cls(pool_size=(2, 2), strides=(3, 3), padding="same"), ((7, 8, 1),)),
        )


class Lanes:
    """The arrays of a pooling layer with the pooled axis in the middle, rows first, then columns."""

    def __init__(self, binding: Binding, geometry: Geometry) -> None:
        (x,), (y,) = binding.inputs, binding.outputs
        n, height, width, channels = x.shape
        rows, columns = geometry.output
        self._first = (n, height, width * channels)
        self._between = (n, rows, width * channels)
        self._second = (n * rows, width, channels)
        self._last = (n * rows, columns, channels)
        backward = bool(binding.output_gradients) and binding.input_gradients[0] is not None
        middle = (binding.buffer if backward else binding.scratch)((n, rows, width, channels))
        self.rows = x.reshape(self._first), middle.reshape(self._between)
        self.columns = middle.reshape(self._second), y.reshape(self._last)
        self.gradients: tuple[Array, Array, Array, Array] | None = None
        dx = binding.input_gradients[0]
        if backward and dx is not None:
            dm = binding.scratch(middle.shape)
            dy = binding.output_gradients[0]
            self.gradients = (
                dx.reshape(self._first),
                dm.reshape(self._between),
                dm.reshape(self._second),
                dy.reshape(self._last),
            )
