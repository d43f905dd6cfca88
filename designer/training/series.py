"""A numeric table that grows row by row and, past its capacity, joins neighbours so that no extreme is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Joining = Literal["last", "mean", "least", "greatest"]

_FIRST_CAPACITY = 256


class Series:
    """Columns of float64 along `step`, with amortised growth.

    Each column says how neighbours are joined once more than `limit` rows are held: the last value, the mean over the
    original rows (NaN left out), the least, or the greatest. `count` holds how many original rows a row stands for.
    Joined rows lie on a grid of 2^k steps, so old and new parts of a run are equally fine.
    """

    def __init__(self, columns: Mapping[str, Joining], limit: int = 32_768) -> None:
        self._names = {name: index for index, name in enumerate(columns)}
        self._joining = tuple(columns.values())
        self._limit = limit
        self._data = np.empty((len(columns) + 2, _FIRST_CAPACITY))
        self._length = 0
        self._width = 1
        self.generation = 0
        """Grows by one whenever rows were joined: what was computed from the rows before is void."""

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, name: str) -> Array:
        return self._data[self._names[name] + 2, : self._length]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns beside the step, in order."""
        return tuple(self._names)

    @property
    def step(self) -> Array:
        """The step at which each row ends, ascending."""
        return self._data[0, : self._length]

    @property
    def count(self) -> Array:
        """How many original rows each row stands for."""
        return self._data[1, : self._length]

    def append(self, step: Array, columns: Mapping[str, Array]) -> None:
        """Add rows. `step` ascends and follows what is held; a column that is not given is NaN."""
        added = len(step)
        if added == 0:
            return
        end = self._length + added
        if end > self._data.shape[1]:
            larger = np.empty((self._data.shape[0], max(end, 2 * self._data.shape[1])))
            larger[:, : self._length] = self._data[:, : self._length]
            self._data = larger
        new = self._data[:, self._length : end]
        new[0], new[1], new[2:] = step, 1.0, np.nan
        for name, values in columns.items():
            new[self._names[name] + 2] = values
        self._length = end
        if self._length > self._limit:
            self._join()

    def window(self, start: float, end: float, margin: int = 1) -> slice:
        """Return the rows between two steps, and `margin` rows more on each side."""
        first = int(np.searchsorted(self.step, start, "left")) - margin
        last = int(np.searchsorted(self.step, end, "right")) + margin
        return slice(max(first, 0), min(last, self._length))

    def restore(self, step: Array, count: Array, columns: Mapping[str, Array]) -> None:
        """Take rows that were held before, which stand for `count` original rows each, in place of all others."""
        self.clear()
        most = int(np.max(count, initial=1))
        self._width = 1 << max(most - 1, 0).bit_length()
        self.append(step, columns)
        if len(self) == len(step):
            self.count[:] = count

    def cut(self, step: float) -> None:
        """Forget the rows that end after a step."""
        kept = int(np.searchsorted(self.step, step, "right"))
        if kept < self._length:
            self._length = kept
            self.generation += 1

    def clear(self) -> None:
        """Forget every row."""
        self._length, self._width = 0, 1
        self.generation += 1

    def _join(self) -> None:
        data = self._data[:, : self._length]
        starts = np.arange(self._length)
        while len(starts) > self._limit // 2:
            self._width *= 2
            place = np.floor_divide(data[0] - 1, self._width)
            starts = np.flatnonzero(np.concatenate(([True], place[1:] != place[:-1])))
            if self._width > 2**60:  # steps that don't ascend can't be told apart; keep every second row
                starts = np.arange(0, self._length, 2)
                break
        ends = np.append(starts[1:], self._length) - 1
        joined = np.empty((data.shape[0], len(starts)))
        joined[0] = data[0, ends]
        joined[1] = np.add.reduceat(data[1], starts)
        for index, joining in enumerate(self._joining, start=2):
            joined[index] = _joined(data[index], data[1], starts, ends, joining)
        self._data[:, : len(starts)] = joined
        self._length = len(starts)
        self.generation += 1


def _joined(values: Array, weights: Array, starts: Array, ends: Array, joining: Joining) -> Array:
    if joining == "least":
        return np.fmin.reduceat(values, starts)
    if joining == "greatest":
        return np.fmax.reduceat(values, starts)
    if joining == "last":
        return values[ends]
    known = np.where(np.isnan(values), 0.0, weights)
    total = np.add.reduceat(known, starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.add.reduceat(np.where(known > 0, values, 0.0) * known, starts) / total
