"""From a coarse grid of answers to a smooth coloured field with crisp borders. Arrays only, no widgets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PALE, FULL = 0.14, 0.58
"""How much of a class's colour is in the field where it is barely the answer, and where it is certain."""


def enlarged(grid: Array, width: int, height: int) -> Array:
    """Return a grid (rows, columns, layers) at (height, width, layers), bilinear between the cells' middles.

    The grid's first row is the lowest; the first row returned is the highest, as pictures have it.
    """
    rows, columns = grid.shape[:2]
    below, share = _places(rows, height)
    tall = grid[below] + share[:, None, None] * (grid[np.minimum(below + 1, rows - 1)] - grid[below])
    left, share = _places(columns, width)
    wide = tall[:, left] + share[None, :, None] * (tall[:, np.minimum(left + 1, columns - 1)] - tall[:, left])
    return np.ascontiguousarray(wide[::-1])


def class_field(shares: Array, colors: Array, surface: Array, line: Array) -> Array:
    """Return pixels (h, w, 3) uint8 of class shares (h, w, classes) in the classes' colours (classes, 3).

    Each pixel blends the colours by their shares, and the surface where no class leads. Where the lead passes from one
    class to another, a line one pixel wide is drawn.
    """
    ordered = np.partition(shares, -2, axis=-1)
    lead = ordered[..., -1] - ordered[..., -2]
    weight = (PALE + (FULL - PALE) * np.clip(lead, 0, 1))[..., None]
    pixels = surface + weight * (shares @ colors.astype(shares.dtype) - surface)
    return _with_line(pixels, lead, line)


def value_field(values: Array, low: float, high: float, table: Array) -> Array:
    """Return pixels (h, w, 3) uint8 of values (h, w) on a colour table (n, 3 or 4) that reaches from low to high."""
    places = (values - low) * ((len(table) - 1) / max(high - low, 1e-30))
    places = np.nan_to_num(places, nan=(len(table) - 1) / 2)
    return table[np.clip(places + 0.5, 0, len(table) - 1).astype(np.intp), :3]


def with_level(pixels: Array, values: Array, level: float, line: Array) -> Array:
    """Return a field with a line where `values` pass `level`."""
    return _with_line(pixels.astype(np.float32), np.abs(values - level), line)


def _with_line(pixels: Array, distance: Array, line: Array) -> Array:
    """Draw a smooth line where `distance` (h, w), which is nowhere negative, comes down to zero."""
    if min(distance.shape) > 2:
        down, across = np.gradient(distance)
        slope = np.sqrt(down * down + across * across)
        # At the border itself the distance turns round and its slope is lost: its neighbours' counts.
        around = np.pad(slope, 1, mode="edge")
        slope = np.maximum.reduce(
            [slope, around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]]
        )
        # Flat places are no border, however undecided they are.
        share = np.where(slope > 2e-4, np.clip(1.15 - distance / np.maximum(slope, 1e-9), 0, 1), 0.0)
        pixels = pixels + (0.8 * share)[..., None] * (line - pixels)
    return (np.clip(pixels, 0, 255) + 0.5).astype(np.uint8)


def _places(cells: int, pixels: int) -> tuple[Array, Array]:
    """Return for each pixel the cell before it and the share of the way to the next."""
    place = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
    before = np.minimum(place.astype(np.intp), max(cells - 2, 0))
    return before, (place - before).astype(np.float32)
