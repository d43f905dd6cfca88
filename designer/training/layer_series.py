"""What was observed at each layer over the run: steps by layers, for each quantity its value and its extremes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Quantity = Literal["gradient_rms", "update_ratio", "weight_rms"]
QUANTITIES: tuple[Quantity, ...] = ("gradient_rms", "update_ratio", "weight_rms")

_VALUE, _LOW, _HIGH = 0, 1, 2


class LayerSeries:
    """Rows of one number per layer and quantity. Past `limit` rows, neighbours join: last value, least and greatest."""

    def __init__(self, layers: Sequence[str] = (), limit: int = 2_048) -> None:
        self.layers = tuple(layers)
        self._limit = max(limit, 4)
        self._place = {layer: index for index, layer in enumerate(self.layers)}
        self._steps = np.empty(64)
        self._data = np.empty((len(QUANTITIES), 3, 64, len(self.layers)), np.float32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def step(self) -> Array:
        """The step of each row, ascending."""
        return self._steps[: self._length]

    def append(self, step: float, quantities: Mapping[str, Mapping[str, float]]) -> None:
        """Add one observation: for each quantity, the value at each layer by its id. What is missing is NaN."""
        if self._length == self._data.shape[2]:
            self._grow()
        row = self._length
        self._steps[row] = step
        for index, quantity in enumerate(QUANTITIES):
            self._data[index, :, row] = np.nan
            for layer, value in quantities.get(quantity, {}).items():
                place = self._place.get(layer)
                if place is not None:
                    self._data[index, :, row, place] = value if np.isfinite(value) else np.nan
        self._length += 1
        if self._length > self._limit:
            self._join()

    def cut(self, step: float) -> None:
        """Forget the rows after a step."""
        self._length = int(np.searchsorted(self.step, step, "right"))

    def values(self, quantity: Quantity, rows: slice = slice(None)) -> Array:
        """Return the values (rows, layers) of a quantity."""
        return self._data[QUANTITIES.index(quantity), _VALUE, : self._length][rows]

    def low(self, quantity: Quantity, rows: slice = slice(None)) -> Array:
        """Return the least values (rows, layers) that each row stands for."""
        return self._data[QUANTITIES.index(quantity), _LOW, : self._length][rows]

    def high(self, quantity: Quantity, rows: slice = slice(None)) -> Array:
        """Return the greatest values (rows, layers) that each row stands for."""
        return self._data[QUANTITIES.index(quantity), _HIGH, : self._length][rows]

    def latest(self, quantity: Quantity) -> Array:
        """Return the last value of each layer, (layers,); NaN before the first observation."""
        if not self._length:
            return np.full(len(self.layers), np.nan, np.float32)
        return self.values(quantity)[-1]

    def recent(self, steps: int, at_least: int = 10) -> slice:
        """Return the rows of the last `steps` steps, or the last `at_least` rows where those are fewer."""
        if not self._length:
            return slice(0, 0)
        first = int(np.searchsorted(self.step, self.step[-1] - steps, "left"))
        return slice(max(0, min(first, self._length - at_least)), self._length)

    def window(self, start: float, end: float) -> slice:
        """Return the rows between two steps, and one more on each side."""
        first = int(np.searchsorted(self.step, start, "left")) - 1
        last = int(np.searchsorted(self.step, end, "right")) + 1
        return slice(max(first, 0), min(last, self._length))

    def _grow(self) -> None:
        quantities, kinds, rows, layers = self._data.shape
        larger = np.empty((quantities, kinds, rows * 2, layers), np.float32)
        larger[:, :, :rows] = self._data
        self._data = larger
        self._steps = np.concatenate((self._steps, np.empty(rows)))

    def _join(self) -> None:
        rows = self._length
        starts = np.arange(0, rows, 2)
        ends = np.append(starts[1:], rows) - 1
        data = self._data[:, :, :rows]
        low = np.fmin.reduceat(data[:, _LOW], starts, axis=1)
        high = np.fmax.reduceat(data[:, _HIGH], starts, axis=1)
        value = data[:, _VALUE, ends]
        self._data[:, _VALUE, : len(starts)] = value
        self._data[:, _LOW, : len(starts)] = low
        self._data[:, _HIGH, : len(starts)] = high
        self._steps[: len(starts)] = self._steps[:rows][ends]
        self._length = len(starts)
