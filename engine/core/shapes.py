"""Shapes of tensors, always without the batch axis: (784,), (28, 28, 1), (steps, features)."""

from __future__ import annotations

import math

Shape = tuple[int, ...]


def size(shape: Shape) -> int:
    """Return the number of values in one sample of `shape`."""
    return math.prod(shape)


def text(shape: Shape) -> str:
    """Return a shape as people write it: 28 x 28 x 1 with multiplication signs; a scalar is 1."""
    return " \u00d7 ".join(f"{n:,}" for n in shape) if shape else "1"
