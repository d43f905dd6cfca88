"""Arrays of weights as one picture each: kernels and neurons as tiles, matrices as they are, vectors in rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.common.text import count_noun

Array = NDArray[Any]

MOST_TILES = 32_768
LIMIT_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
SAMPLE = 20_000
"""So many weights tell the quantile of millions well enough."""
LEAST_CELL = 1.0
"""Pixels that a weight of an image has at least; smaller, and strokes could not be seen."""
GAP = 1
"""Cells left empty between two tiles."""


@dataclass(frozen=True)
class WeightPicture:
    """Numbers in rows and columns, NaN where nothing is, and where each came from.

    `source` holds the flat index into the array that was arranged, -1 for a gap. `units` is how many neurons (or
    filters) there are, along `unit_axis` of the array. `square` cells keep their shape; others may be stretched.
    """

    values: Array
    source: NDArray[np.int64]
    shape: tuple[int, ...]
    unit_axis: int
    square: bool
    words: str
    tile: tuple[int, int] = (0, 0)
    pages: int = 1

    @property
    def units(self) -> int:
        """How many neurons or filters the array has."""
        return self.shape[self.unit_axis] if self.shape else 0

    def index_at(self, row: int, column: int) -> tuple[int, ...] | None:
        """Return the index into the array of the cell at a place, None for a gap."""
        if not (0 <= row < self.source.shape[0] and 0 <= column < self.source.shape[1]):
            return None
        flat = int(self.source[row, column])
        return None if flat < 0 else tuple(int(i) for i in np.unravel_index(flat, self.shape))


def arrange(
    values: Array,
    *,
    room: tuple[int, int] = (640, 400),
    image_shape: tuple[int, ...] | None = None,
    unit: int | None = None,
    page: int = 0,
) -> WeightPicture:
    """Return the picture of an array of weights for a room of so many pixels (width, height).

    A vector is written in rows. A matrix (inputs, units) stays one, unless its inputs are an image of `image_shape`
    (height, width, channels): then each unit is a tile. Convolution kernels (height, width, inputs, filters) are tiles,
    with a row for each input channel where there are several. With `unit`, only that neuron or filter is shown.
    Images that the room is too small for come in pages.
    """
    aspect = room[0] / max(room[1], 1)
    shape = values.shape
    flat = np.arange(values.size, dtype=np.int64).reshape(shape)
    if values.ndim == 2 and image_shape is not None and math.prod(image_shape) == shape[0]:
        tiles = _image_tiles(flat, image_shape)
        if unit is not None:
            return _tiled(
                values, tiles[unit : unit + 1], aspect, 1, f"{image_shape[0]} × {image_shape[1]} inputs"
            )
        return _image_page(values, tiles, room, page)
    if values.ndim == 4:
        return _kernels(values, flat, aspect, unit)
    if values.ndim == 3:
        axis = int(np.argmin(shape))
        tiles = np.moveaxis(flat, axis, 0)
        words = f"{shape[axis]} × {tiles.shape[1]} × {tiles.shape[2]}"
        return _tiled(values, tiles, aspect, values.ndim - 1, words)
    if values.ndim == 2 and unit is None:
        words = f"{count_noun(shape[0], 'input')} ↓ × {count_noun(shape[1], 'unit')} →"
        return _picture(values, flat, 1, False, words)
    line = flat[:, unit] if values.ndim == 2 else flat.ravel()
    words = f"{line.size} weights" if values.ndim == 2 else f"{line.size} values"
    return _picture(values, _wrapped(line, aspect), max(values.ndim - 1, 0), True, words)


def extremes_image(values: Array, rows: int, columns: int) -> Array:
    """Return `values` with at most so many rows and columns: of each block, what is farthest from zero.

    Leaving cells out would hide single large weights; averaging would hide them too.
    """
    for axis, limit in ((0, rows), (1, columns)):
        size = values.shape[axis]
        if size > limit > 0:
            starts = np.unique(np.linspace(0, size, limit, endpoint=False).astype(np.intp))
            low, high = np.fmin.reduceat(values, starts, axis), np.fmax.reduceat(values, starts, axis)
            values = np.where(-low > high, low, high)
    return values


def limit_of(largest: float) -> float:
    """Return the round number at or above `largest` at which the colour scale ends: a few steps in each decade."""
    if not (math.isfinite(largest) and largest > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return float(
        next(
            power * step
            for step in (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
            if power * step >= largest * 0.999999
        )
    )


def limits_of(values: Array) -> tuple[float, float]:
    """Return (limit of the axis, limit of the colours), both round: all values, and all but the farthest 1 in 200.

    One large weight would otherwise pale all others; the colour scale along the axis shows where the colours end.
    """
    sizes = np.abs(values[np.isfinite(values)]).ravel()
    if not sizes.size:
        return 1.0, 1.0
    largest = float(sizes.max())
    sample = sizes if sizes.size <= SAMPLE else sizes[:: sizes.size // SAMPLE + 1]
    return limit_of(largest), limit_of(float(np.quantile(sample, 0.995)) or largest)


def _kernels(values: Array, flat: Array, aspect: float, unit: int | None) -> WeightPicture:
    height, width, inputs, filters = values.shape
    words = f"{filters} kernels {height} × {width}" + (f" × {inputs}" if inputs > 1 else "")
    if unit is not None:
        return _tiled(values, np.moveaxis(flat[..., unit], -1, 0), aspect, 3, f"filter {unit} of {words}")
    if height == width == 1:
        words = f"{count_noun(inputs, 'input')} ↓ × {count_noun(filters, 'filter')} →"
        return _picture(values, flat[0, 0], 3, False, words)
    if inputs == 1:
        return _tiled(values, np.moveaxis(flat[:, :, 0, :], -1, 0)[:MOST_TILES], aspect, 3, words)
    shown = max(min(inputs, MOST_TILES // max(min(filters, MOST_TILES), 1)), 1)
    if shown < inputs:
        words += f" (first {shown} inputs)"
    grid = np.moveaxis(flat[:, :, :shown, :MOST_TILES], (2, 3), (0, 1))
    return _grid(values, grid, 3, words)


def _image_page(values: Array, tiles: Array, room: tuple[int, int], page: int) -> WeightPicture:
    """Return as many units as can be told apart; the rest are on further pages."""
    count, height, width = tiles.shape
    across = max(int(room[0] / ((width + GAP) * LEAST_CELL)), 1)
    down = max(int(room[1] / ((height + GAP) * LEAST_CELL)), 1)
    size = across * down
    aspect = room[0] / max(room[1], 1)
    if count <= size:
        return _tiled(values, tiles, aspect, 1, f"{count} units, {height} × {width} each")
    pages = -(-count // size)
    first = (page % pages) * size
    shown = tiles[first : first + size]
    words = f"units {first}–{first + len(shown) - 1} of {count}"
    padded = np.full((size, height, width), -1, np.int64)
    padded[: len(shown)] = shown
    picture = _grid(values, padded.reshape(down, across, height, width), 1, words)
    return replace(picture, pages=pages)


def _image_tiles(flat: Array, image_shape: tuple[int, ...]) -> Array:
    """Return (units, height, width * channels): the channels of a colour image stand side by side."""
    height, width = image_shape[0], image_shape[1]
    channels = math.prod(image_shape[2:]) if len(image_shape) > 2 else 1
    tiles = flat.T.reshape(-1, height, width, channels)
    return np.moveaxis(tiles, 3, 2).reshape(-1, height, width * channels)


def _tiled(values: Array, tiles: Array, aspect: float, unit_axis: int, words: str) -> WeightPicture:
    count, height, width = tiles.shape
    columns = _best_columns(count, height + GAP, width + GAP, aspect)
    rows = -(-count // columns)
    padded = np.full((rows * columns, height, width), -1, np.int64)
    padded[:count] = tiles
    return _grid(values, padded.reshape(rows, columns, height, width), unit_axis, words)


def _grid(values: Array, tiles: Array, unit_axis: int, words: str) -> WeightPicture:
    """Put (rows, columns, height, width) tiles beside each other, with gaps."""
    rows, columns, height, width = tiles.shape
    spaced = np.full((rows, columns, height + GAP, width + GAP), -1, np.int64)
    spaced[:, :, :height, :width] = tiles
    source = spaced.swapaxes(1, 2).reshape(rows * (height + GAP), columns * (width + GAP))[:-GAP, :-GAP]
    return _picture(values, source, unit_axis, True, words, (height, width))


def _picture(
    values: Array, source: Array, unit_axis: int, square: bool, words: str, tile: tuple[int, int] = (0, 0)
) -> WeightPicture:
    cells = values.ravel()[np.maximum(source, 0)].astype(np.float32, copy=False)
    if source.min(initial=0) < 0:
        cells = np.where(source < 0, np.float32(np.nan), cells)
    return WeightPicture(cells, source, values.shape, unit_axis, square, words, tile)


def _wrapped(line: Array, aspect: float) -> Array:
    columns = _best_columns(line.size, 1, 1, aspect)
    rows = -(-line.size // columns)
    source = np.full(rows * columns, -1, np.int64)
    source[: line.size] = line
    return source.reshape(rows, columns)


def _best_columns(count: int, height: int, width: int, aspect: float) -> int:
    """Return how many columns make the cells largest in a room of `aspect`."""
    best, best_scale = 1, 0.0
    for columns in range(1, min(count, 4_096) + 1):
        rows = -(-count // columns)
        scale = min(aspect / (columns * width), 1.0 / (rows * height))
        if scale > best_scale * 1.0001:
            best, best_scale = columns, scale
    return best
