"""The memory that window and worker share: rings of rows, and guarded slots. Nobody who writes waits for a reader.

A ring keeps its last rows; a reader who is late loses the oldest. A slot holds the latest value of one thing under a
sequence number, in two buffers that take turns: whoever reads checks that the number stood still meanwhile. On
processors that reorder writes (anything but x86) a checksum guards the slots as well, and the newest row of a ring is
left to the next reading.
"""

from __future__ import annotations

import platform
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import shared_memory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.worker.protocol import SCALARS, Field, SlotLayout

Array = NDArray[Any]

KEEPS_ORDER = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686", "x86")

SCALAR_ROWS = 65_536
HEADER = 64
GENERATION = 0
SCALARS_AT = 4_096
EPOCHS_AT = SCALARS_AT + HEADER + SCALAR_ROWS * len(SCALARS) * 8
EPOCHS_SIZE = 2 * 2**20
OBSERVATIONS_AT = EPOCHS_AT + EPOCHS_SIZE
OBSERVATIONS_SIZE = 4 * 2**20
SLOTS_AT = OBSERVATIONS_AT + OBSERVATIONS_SIZE
SLOTS_SIZE = 16 * 2**20
TOTAL = SLOTS_AT + SLOTS_SIZE
"""26 MB of address space; the system gives real memory only to the pages that are written."""

FIGURES = ("mean", "std", "minimum", "maximum", "saturated", "dead")
"""The numbers that go with a histogram in a slot, in order."""

_SLOT = struct.Struct("=QQdQ")
ALIGN = 64


class SharedBlock:
    """The block of shared memory of one worker: made by the client, attached by the worker."""

    def __init__(self, name: str | None = None) -> None:
        self.is_owner = name is None
        if name is None:
            self._memory = shared_memory.SharedMemory(create=True, size=TOTAL)
        else:
            self._memory = shared_memory.SharedMemory(name=name)
        self._buffer: memoryview | None = self._memory.buf
        # A cast view stores a number with one instruction. struct clears the bytes first and then writes them, and a
        # reader in between would see a count that nobody wrote.
        self.counts = self.buffer[:TOTAL].cast("Q")
        """The block as whole numbers of 64 bits: the one at byte n is counts[n // 8]."""
        self.name = self._memory.name

    @property
    def buffer(self) -> memoryview:
        """The bytes. Raises ValueError once closed."""
        if self._buffer is None:
            raise ValueError("The shared memory is closed.")
        return self._buffer

    @property
    def generation(self) -> int:
        """The generation of watches whose slots are in the arena."""
        return self.counts[GENERATION // 8]

    @generation.setter
    def generation(self, value: int) -> None:
        self.counts[GENERATION // 8] = value

    def close(self) -> None:
        """Let go of the memory; the owner gives it back to the system. May be called twice."""
        if self._buffer is None:
            return
        self._buffer = None
        self.counts.release()
        try:
            self._memory.close()
        except BufferError:  # a view is still held; the name goes all the same, the pages with the process
            pass
        if self.is_owner:
            try:
                self._memory.unlink()
            except FileNotFoundError:
                pass


def ring_rows(size: int, width: int, most: int = SCALAR_ROWS) -> int:
    """Return how many rows of `width` numbers fit a region of `size` bytes."""
    return min(most, (size - HEADER) // (8 * max(width, 1)))


def epoch_width(metrics: int) -> int:
    """Return the numbers in a row of the epochs: four facts, the means, whether it was validated, the validation."""
    return 4 + metrics + 1 + metrics


def ring_writer(block: SharedBlock, offset: int, width: int, rows: int) -> Callable[[Iterable[float]], None]:
    """Return the function that appends a row of float64 to the ring at `offset`."""
    buffer, start, stride = block.buffer, offset + HEADER, width * 8
    pack, counts, head = struct.Struct(f"@{width}d").pack_into, block.counts, offset // 8
    count = 0

    def append(row: Iterable[float]) -> None:
        # The row first and then the new count, so that a reader never sees half a row counted.
        nonlocal count
        pack(buffer, start + (count % rows) * stride, *row)
        count += 1
        counts[head] = count

    return append


def scalar_writer(block: SharedBlock) -> Callable[[int, int, float, float, float, float, float, int], None]:
    """Return the function that appends a row of `SCALARS`: a ring_writer for the row that every step writes.

    Its eight numbers are arguments, not a tuple that is made and taken apart: that halves what it costs a step.
    """
    buffer, start, rows, stride = block.buffer, SCALARS_AT + HEADER, SCALAR_ROWS, len(SCALARS) * 8
    pack, counts, head = struct.Struct(f"@{len(SCALARS)}d").pack_into, block.counts, SCALARS_AT // 8
    count = 0

    def append(
        step: int,
        epoch: int,
        loss: float,
        rate: float,
        metric: float,
        norm: float,
        seconds: float,
        phase: int,
    ) -> None:
        nonlocal count
        pack(buffer, start + (count % rows) * stride, step, epoch, loss, rate, metric, norm, seconds, phase)
        count += 1
        counts[head] = count

    return append


class RingReader:
    """Reads what was appended since the last time."""

    def __init__(
        self, block: SharedBlock, offset: int, width: int, rows: int, *, keeps_order: bool = KEEPS_ORDER
    ) -> None:
        self._block = block
        self._head, self._start = offset, offset + HEADER
        self._rows, self._width = rows, width
        self._keeps_order = keeps_order
        self._read = self._seen = 0
        self.lost = 0
        """Rows that were overwritten before they were read."""

    def read(self) -> NDArray[np.float64]:
        """Return the new rows (k, width), oldest first, as a copy."""
        end = self._written()
        if not self._keeps_order and end != self._seen:
            self._seen, end = end, max(end - 1, self._read)
        first = max(self._read, end - self._rows)
        rows = self._copy(first, end)
        # Rows that were overwritten while they were copied, and the one that may be half written now.
        still_good = self._written() + 1 - self._rows
        if still_good > first:
            rows = rows[min(still_good - first, len(rows)) :]
            first = min(still_good, end)
        self.lost += first - self._read
        self._read = end
        return rows

    def _written(self) -> int:
        return self._block.counts[self._head // 8]

    def _copy(self, first: int, end: int) -> NDArray[np.float64]:
        count = end - first
        place = first % self._rows
        head = min(count, self._rows - place)
        parts = [self._span(place, head)]
        if count > head:
            parts.append(self._span(0, count - head))
        return np.concatenate(parts)

    def _span(self, place: int, rows: int) -> NDArray[np.float64]:
        start = self._start + place * self._width * 8
        content = bytes(self._block.buffer[start : start + rows * self._width * 8])
        return np.frombuffer(content, np.float64).reshape(rows, self._width)


# ---------------------------------------------------------------------- slots


def aligned(size: int) -> int:
    """Return `size` rounded up to a whole number of cache lines."""
    return -(-size // ALIGN) * ALIGN


def lay_fields(shapes: Mapping[str, tuple[str, tuple[int, ...]]]) -> tuple[tuple[Field, ...], int]:
    """Return the fields of a slot's buffer, name -> (dtype, shape), one after the other, and their size in bytes."""
    fields, offset = [], 0
    for name, (dtype, shape) in shapes.items():
        field = Field(name, dtype, shape, offset)
        fields.append(field)
        offset = aligned(offset + field.nbytes)
    return tuple(fields), offset


def slot_size(content: int) -> int:
    """Return the bytes of a slot whose buffers hold `content` bytes each: the count, and two headed buffers."""
    return ALIGN + 2 * (ALIGN + aligned(content))


class SlotWriter:
    """Writes the latest value of one watch."""

    def __init__(self, block: SharedBlock, layout: SlotLayout, *, checksum: bool = not KEEPS_ORDER) -> None:
        self._buffer, self._counts = block.buffer, block.counts
        self._layout, self._checksum = layout, checksum
        self._base = SLOTS_AT + layout.offset
        self._half = (layout.size - ALIGN) // 2
        self._count = 0
        self._counts[self._base // 8] = 0
        for half in (0, 1):
            _SLOT.pack_into(self._buffer, self._base + ALIGN + half * self._half, 0, 0, 0.0, 0)

    def write(self, step: int, arrays: Mapping[str, Array | float]) -> None:
        """Write a value: an array (or number) for each field of the layout."""
        count = self._count + 1
        head = self._base + ALIGN + (count & 1) * self._half
        _SLOT.pack_into(self._buffer, head, count, 0, float(step), 0)
        start = head + ALIGN
        for field in self._layout.fields:
            view = np.ndarray(field.shape, field.dtype, self._buffer, start + field.offset)
            view[...] = arrays[field.name]
        check = zlib.crc32(self._buffer[start : head + self._half]) if self._checksum else 0
        _SLOT.pack_into(self._buffer, head, count, count, float(step), check)
        self._counts[self._base // 8] = count
        self._count = count


def read_slot(
    block: SharedBlock, layout: SlotLayout, *, checksum: bool = not KEEPS_ORDER
) -> tuple[int, int, dict[str, Array]] | None:
    """Return (count, step, arrays as copies) of a slot, or None where there is nothing whole to read just now."""
    buffer, base = block.buffer, SLOTS_AT + layout.offset
    half = (layout.size - ALIGN) // 2
    count = block.counts[base // 8]
    if not count:
        return None
    head = base + ALIGN + (count & 1) * half
    begun, ended, step, check = _SLOT.unpack_from(buffer, head)
    if begun != count or ended != count:
        return None
    content = bytes(buffer[head + ALIGN : head + half])
    begun, ended, step, check = _SLOT.unpack_from(buffer, head)
    if begun != count or ended != count or (checksum and zlib.crc32(content) != check):
        return None
    arrays = {
        field.name: np.frombuffer(
            content, field.dtype, field.nbytes // np.dtype(field.dtype).itemsize, field.offset
        )
        .reshape(field.shape)
        .copy()
        for field in layout.fields
    }
    return count, int(step), arrays
