"""Arrays in pieces that stay in the processor's cache while a kernel goes over them many times."""

from __future__ import annotations

from engine.activations.base import Array

PIECE = 32_768
"""Values in a piece: with three of them in float32, half of a second-level cache of 1 MB."""


def pieces(*arrays: Array) -> list[tuple[Array, ...]]:
    """Return the arrays, all of one shape, as tuples of flat parts; whole where they are not in one row."""
    if not all(array.flags.c_contiguous for array in arrays):
        return [arrays]
    flat = [array.reshape(-1) for array in arrays]
    return [tuple(a[start : start + PIECE] for a in flat) for start in range(0, flat[0].size, PIECE)]
