"""Where values live: lifetimes on the plan's time line, and buffers that are used again when a lifetime ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape, size

Array = NDArray[Any]
ALIGNMENT = 64
"""Bytes to which buffers are aligned: a cache line, and the widest vector register."""


def aligned(count: int, dtype: np.dtype[Any]) -> Array:
    """Return an uninitialized vector that begins at a multiple of ALIGNMENT."""
    room = np.empty(count * dtype.itemsize + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + count * dtype.itemsize].view(dtype)


@dataclass(frozen=True)
class Lifetime:
    """A tensor of `count` values that is written first at time `start` and read last at time `stop`."""

    key: Any
    count: int
    start: int
    stop: int


def assign(lifetimes: Iterable[Lifetime]) -> tuple[dict[Any, int], list[int]]:
    """Return (slot of each key, size of each slot) so that no two lifetimes in one slot overlap.

    Greedy by start time, the smallest free slot that fits, else the largest free one grown: not optimal, never wrong.
    """
    slots: dict[object, int] = {}
    sizes: list[int] = []
    free_from: list[int] = []
    for life in sorted(lifetimes, key=lambda x: (x.start, -x.count)):
        free = [slot for slot, time in enumerate(free_from) if time < life.start]
        fitting = [slot for slot in free if sizes[slot] >= life.count]
        if fitting:
            slot = min(fitting, key=lambda s: sizes[s])
        elif free:
            slot = max(free, key=lambda s: sizes[s])
            sizes[slot] = life.count
        else:
            slot = len(sizes)
            sizes.append(life.count)
            free_from.append(0)
        slots[life.key] = slot
        free_from[slot] = life.stop
    return slots, sizes


class Arena:
    """Scratch memory that every kernel of a plan shares: what it holds lasts for one call only."""

    def __init__(self) -> None:
        self._room = np.empty(0, np.uint8)
        self._used = 0

    def begin(self) -> None:
        """Start handing out from the beginning: another kernel is bound."""
        self._used = 0

    def take(self, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Return an array that overlaps no other that this kernel took."""
        wanted = -(-size(shape) * dtype.itemsize // ALIGNMENT) * ALIGNMENT
        if self._used + wanted > self._room.size:
            # Kernels bound before keep the old room; this one goes on in a larger one.
            self._room = aligned(max(2 * self._room.size, self._used + wanted), np.dtype(np.uint8))
            self._used = 0
        start, self._used = self._used, self._used + wanted
        return self._room[start : start + size(shape) * dtype.itemsize].view(dtype).reshape(shape)


def rms(array: Array) -> float:
    """Return the root mean square of an array's values, in one pass and without a copy."""
    flat = array.reshape(-1)
    return float(np.sqrt(np.dot(flat, flat) / flat.size)) if flat.size else 0.0
