"""The kernels behind upsampling: values repeated, or images stretched one axis after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding, Kernel

Array = NDArray[Any]


def bind_repeat(binding: Binding, x: Array, y: Array, size: tuple[int, int]) -> Kernel:
    """Return kernels that repeat rows and columns of images x (N, H, W, C); backward sums what came of each value."""
    n, height, width, channels = x.shape
    (r, c), copyto, add = size, np.copyto, np.add
    # Columns first, on the side: whole rows are then long stretches of memory.
    wide = binding.scratch((n, height, width * c * channels))
    wider, source = wide.reshape(n, height, width, c, channels), x[:, :, :, None]
    rows, made = y.reshape(n, height, r, -1), wide[:, :, None]

    def forward() -> None:
        copyto(wider, source)
        copyto(rows, made)

    dx = binding.input_gradients[0]
    if not binding.output_gradients or dx is None:
        return Kernel(forward)
    dy = binding.output_gradients[0].reshape(n, height, r, width, c, channels)
    gradient = dx.reshape(x.shape)
    pieces = [dy[:, :, i, :, j] for i in range(r) for j in range(c)]
    if len(pieces) == 1:
        return Kernel(forward, lambda: copyto(gradient, pieces[0]))
    a, b, *rest = pieces

    def backward() -> None:
        add(a, b, gradient)
        for piece in rest:
            add(gradient, piece, gradient)

    return Kernel(forward, backward)


def bind_stretch(binding: Binding, x: Array, y: Array, size: tuple[int, int]) -> Kernel:
    """Return kernels for bilinear interpolation: both axes are linear maps, and backward is their transposes."""
    n, height, width, channels = x.shape
    by_rows, by_columns = (
        stretching(*pair).astype(x.dtype) for pair in zip((height, width), size, strict=True)
    )
    middle = binding.scratch((n, len(by_rows), width * channels))
    flat = x.reshape(n, height, -1)
    columns = middle.reshape(n, len(by_rows), width, channels)
    matmul = np.matmul

    def forward() -> None:
        matmul(by_rows, flat, out=middle)
        matmul(by_columns, columns, out=y)

    dx = binding.input_gradients[0]
    if not binding.output_gradients or dx is None:
        return Kernel(forward)
    dy = binding.output_gradients[0].reshape(y.shape)
    gradient = dx.reshape(flat.shape)

    def backward() -> None:
        matmul(by_columns.T, dy, out=columns)
        matmul(by_rows.T, middle, out=gradient)

    return Kernel(forward, backward)


def stretching(count: int, factor: int) -> Array:
    """Return the matrix (count factor, count) of linear interpolation between the centres of places.

    Place i of the result lies at (i + 1/2) / factor - 1/2 of the source; beyond the first and the last centre the
    value stays what it is there.
    """
    at = np.clip((np.arange(count * factor) + 0.5) / factor - 0.5, 0, count - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(count)))
