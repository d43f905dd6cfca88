"""Windows that slide over an image: how many fit, how much padding they need, and what each of their taps touches.

Convolution and pooling share this. An axis of size n, a window of k taps `dilation` apart, and a stride s give
valid: floor((n - e) / s) + 1 positions, with e = (k - 1) dilation + 1 the extent of the window,
same: ceil(n / s) positions, with zeros added before and after as evenly as can be, the odd one after (as Keras does),
causal: ceil(n / s) positions, with all e - 1 zeros before, so that no window looks ahead.
A sequence is an image one row high: what works on images works on it.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text

Array = NDArray[Any]
Padding = Literal["valid", "same"]
CausalPadding = Literal["valid", "same", "causal"]


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
    def of(cls, size: int, taps: int, stride: int, dilation: int, padding: CausalPadding) -> Axis:
        """Lay windows over an axis. `positions` is below 1 where not one of them fits."""
        extent = (taps - 1) * dilation + 1
        if padding == "valid":
            return cls(size, taps, stride, dilation, 0, 0, (size - extent) // stride + 1)
        positions = -(-size // stride)
        if padding == "causal":
            return cls(size, taps, stride, dilation, extent - 1, 0, positions)
        total = max((positions - 1) * stride + extent - size, 0)
        return cls(size, taps, stride, dilation, total // 2, total - total // 2, positions)

    @classmethod
    def transposed(
        cls, positions: int, taps: int, stride: int, dilation: int, padding: Padding, more: int | None
    ) -> Axis:
        """Return the axis from which a convolution comes to `positions`: what a transposed convolution makes of them.

        Its size is (n - 1) s + max(e, s) for valid and n s for same; with `more` (Keras' output_padding) it is
        (n - 1) s + e + more for valid and (n - 1) s + e mod 2 + more for same.
        """
        extent = (taps - 1) * dilation + 1
        spread = (positions - 1) * stride
        if padding == "valid":
            before = 0
            size = spread + (max(extent, stride) if more is None else extent + more)
        else:
            trimmed = extent - stride if more is None else extent - extent % 2 - more
            before = max(trimmed, 0) // 2
            size = spread + extent - trimmed
        after = max(spread + extent - before - size, 0)
        return cls(size, taps, stride, dilation, before, after, positions)

    @property
    def turned(self) -> Axis:
        """The axis of the way back at stride 1: windows over the outputs, one for every input."""
        extent = (self.taps - 1) * self.dilation + 1
        before = extent - 1 - self.before
        after = max(self.size + self.before - self.positions, 0)
        return Axis(self.positions, self.taps, 1, self.dilation, before, after, self.size)

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


LINE = Axis(1, 1, 1, 1, 0, 0, 1)
"""The rows of a sequence: there is one."""


class Geometry(NamedTuple):
    """The two spatial axes of a sliding window."""

    rows: Axis
    columns: Axis

    @classmethod
    def over(cls, axes: tuple[Axis, ...]) -> Geometry:
        """Return the geometry of one axis (a sequence) or of two (an image)."""
        return cls(LINE, axes[0]) if len(axes) == 1 else cls(*axes)

    @classmethod
    def places(cls, rows: int, columns: int) -> Geometry:
        """Return windows of one place each: those of a 1x1 kernel."""
        return cls(*(Axis(n, 1, 1, 1, 0, 0, n) for n in (rows, columns)))

    @property
    def output(self) -> tuple[int, int]:
        """Rows and columns of the result."""
        return self.rows.positions, self.columns.positions

    @property
    def input(self) -> tuple[int, int]:
        """Rows and columns of what the windows slide over."""
        return self.rows.size, self.columns.size

    @property
    def pointwise(self) -> bool:
        """Whether each window is one place, and each place a window."""
        return all(a[1:3] == (1, 1) and a.padded == a.size == a.positions for a in self)

    @property
    def has_padding(self) -> bool:
        """Whether any window reaches over an edge."""
        return self.rows.padded != self.rows.size or self.columns.padded != self.columns.size

    @property
    def turned(self) -> Geometry:
        """The geometry of the way back, for strides of 1."""
        return Geometry(self.rows.turned, self.columns.turned)

    def windows(self, padded: Array, groups: int = 1) -> Array:
        """Return a view (groups, N, rows, columns, window rows, window columns, C / groups) of padded images."""
        n, _, _, channels = padded.shape
        sample, row, column, channel = padded.strides
        r, c = self
        share = channels // groups
        return as_strided(
            padded,
            (groups, n, r.positions, c.positions, r.taps, c.taps, share),
            (
                share * channel,
                sample,
                row * r.stride,
                column * c.stride,
                row * r.dilation,
                column * c.dilation,
                channel,
            ),
        )


def checked_geometry(
    name: str,
    shape: Shape,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: CausalPadding,
    dilation: tuple[int, ...] | None = None,
) -> Geometry:
    """Return the geometry of layer `name` over inputs of `shape`, images or sequences as `window` has it.

    Raises ShapeError where no window fits.
    """
    check_rank(name, shape, len(window))
    dilation = dilation or (1,) * len(window)
    axes = tuple(
        Axis.of(n, k, s, d, padding) for n, k, s, d in zip(shape[:-1], window, strides, dilation, strict=True)
    )
    if min(axis.positions for axis in axes) < 1:
        extent = tuple((k - 1) * d + 1 for k, d in zip(window, dilation, strict=True))
        raise ShapeError(
            f"{name} has a window of {text(extent)}, larger than its input of {text(shape)}. "
            "Make the window smaller or set padding to same.",
            shapes=(shape, extent),
        )
    return Geometry.over(axes)


def check_rank(name: str, shape: Shape, rank: int) -> None:
    """Raise ShapeError where `shape` has not `rank` spatial axes and one of channels."""
    if len(shape) == rank + 1:
        return
    if rank == 1:
        raise ShapeError(
            f"{name} expects sequences (steps, channels). Received: {text(shape)}. "
            "A Reshape before it can give one channel to series without that axis.",
            shapes=(shape,),
        )
    raise ShapeError(
        f"{name} expects images (height, width, channels). Received: {text(shape)}. "
        "A Reshape before it can give one channel to images without that axis.",
        shapes=(shape,),
    )
