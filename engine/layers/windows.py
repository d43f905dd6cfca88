"""Windows that slide over an image: how many fit, how much padding they need, and what each of their taps touches.

Convolution and pooling share this. An axis of size n, a window of k taps `dilation` apart, and a stride s give
valid: floor((n - e) / s) + 1 positions, with e = (k - 1) dilation + 1 the extent of the window, and
same: ceil(n / s) positions, with zeros added before and after as evenly as can be, the odd one after (as Keras does).
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text

Array = NDArray[Any]
Padding = Literal["valid", "same"]
Pair = tuple[int, int]


class Axis(NamedTuple):
    """One spatial axis: sizes before and after, and the padding between them."""

    size: int
    taps: int
    stride: int
    dilation: int
    before: int
    after: int
    positions: int

    @classmethod
    def of(cls, size: int, taps: int, stride: int, dilation: int, padding: Padding) -> Axis:
        """Lay windows over an axis. `positions` is below 1 where not one of them fits."""
        extent = (taps - 1) * dilation + 1
        if padding == "valid":
            return cls(size, taps, stride, dilation, 0, 0, (size - extent) // stride + 1)
        positions = -(-size // stride)
        total = max((positions - 1) * stride + extent - size, 0)
        return cls(size, taps, stride, dilation, total // 2, total - total // 2, positions)

    @property
    def padded(self) -> int:
        """The size with the padding."""
        return self.before + self.size + self.after

    def span(self, tap: int) -> tuple[slice, slice]:
        """Return (inputs, outputs): the unpadded places that `tap` reads, and the windows for which it reads them."""
        offset = tap * self.dilation - self.before
        first = max(0, -(offset // self.stride))
        last = min(self.positions, (self.size - 1 - offset) // self.stride + 1)
        last = max(last, first)
        begin = first * self.stride + offset
        return slice(begin, begin + (last - first) * self.stride, self.stride), slice(first, last)


class Geometry(NamedTuple):
    """The two spatial axes of a sliding window."""

    rows: Axis
    columns: Axis

    @classmethod
    def of(
        cls, shape: Shape, window: Pair, strides: Pair, padding: Padding, dilation: Pair = (1, 1)
    ) -> Geometry:
        """Lay windows over images of `shape` (height, width, channels)."""
        return cls(
            *(
                Axis.of(n, k, s, d, padding)
                for n, k, s, d in zip(shape, window, strides, dilation, strict=False)
            )
        )

    @property
    def output(self) -> tuple[int, int]:
        """Rows and columns of the result."""
        return self.rows.positions, self.columns.positions

    @property
    def has_padding(self) -> bool:
        """Whether any window reaches over an edge."""
        return self.rows.padded != self.rows.size or self.columns.padded != self.columns.size

    def windows(self, padded: Array) -> Array:
        """Return a view (N, rows, columns, window rows, window columns, C) of padded images."""
        n, _, _, channels = padded.shape
        sample, row, column, channel = padded.strides
        r, c = self
        return as_strided(
            padded,
            (n, r.positions, c.positions, r.taps, c.taps, channels),
            (sample, row * r.stride, column * c.stride, row * r.dilation, column * c.dilation, channel),
        )


def checked_geometry(
    name: str, shape: Shape, window: Pair, strides: Pair, padding: Padding, dilation: Pair = (1, 1)
) -> Geometry:
    """Return the geometry of layer `name` over inputs of `shape`. Raises ShapeError where no window fits."""
    if len(shape) != 3:
        raise ShapeError(
            f"{name} expects images (height, width, channels). Received: {text(shape)}. "
            "A Reshape before it can give one channel to images without that axis.",
            shapes=(shape,),
        )
    geometry = Geometry.of(shape, window, strides, padding, dilation)
    if min(geometry.output) < 1:
        extent = tuple((k - 1) * d + 1 for k, d in zip(window, dilation, strict=True))
        raise ShapeError(
            f"{name} has a window of {text(extent)}, larger than its input of {text(shape)}. "
            "Make the window smaller or set padding to same.",
            shapes=(shape, extent),
        )
    return geometry
