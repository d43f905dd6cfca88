"""What a run measured at the end of each epoch, in columns; written as CSV, one row an epoch."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import FileFormatError

Array = NDArray[Any]
WHOLE = ("epoch", "step")
FIRST = (*WHOLE, "learning_rate", "seconds")
LIMIT = 131_072
"""Rows kept. Beyond it every second row is let go, but never that of the best epoch: a network that sees all its
samples in one step reaches a million epochs in minutes."""


class History:
    """One row for each epoch: epoch, step, learning_rate, seconds, loss, metrics, and the same with "val_" before.

    A figure that was not measured at an epoch is NaN, and an empty field of the CSV.
    """

    def __init__(self) -> None:
        self._columns: dict[str, Array] = {name: np.empty(64) for name in FIRST}
        self._rows = 0
        self.steps: dict[str, Array] = {}
        """Curves of every step, where somebody recorded them: "step", "loss", ... -> arrays of one length."""

    def __len__(self) -> int:
        return self._rows

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(self._columns)

    def column(self, name: str) -> Array:
        """Return a column (rows,) as a copy."""
        return self._columns[name][: self._rows].copy()

    def rows(self) -> Iterator[dict[str, float]]:
        """Yield each row as a mapping, without what was not measured."""
        for index in range(self._rows):
            row = {name: float(column[index]) for name, column in self._columns.items()}
            yield {name: value for name, value in row.items() if not math.isnan(value)}

    def add_epoch(
        self,
        epoch: int,
        step: int,
        metrics: Mapping[str, float],
        validation: Mapping[str, float] | None,
        learning_rate: float,
        seconds: float,
    ) -> None:
        """Add the row of an epoch. `metrics` and `validation` hold "loss" and the metrics by name."""
        row: dict[str, float] = {
            "epoch": epoch,
            "step": step,
            "learning_rate": learning_rate,
            "seconds": seconds,
        }
        row.update(metrics)
        if validation is not None:
            row.update({f"val_{name}": value for name, value in validation.items()})
        self.add_row(row)

    def add_row(self, row: Mapping[str, float]) -> None:
        """Add a row; new names become new columns."""
        if self._rows >= LIMIT:
            self._thin()
        for name in row:
            if name not in self._columns:
                self._columns[name] = np.full(len(self._columns["epoch"]), np.nan)
        if self._rows == len(self._columns["epoch"]):
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate((column, np.full(len(column), np.nan)))
        for name, column in self._columns.items():
            column[self._rows] = row.get(name, math.nan)
        self._rows += 1

    @property
    def best_row(self) -> int:
        """The row of the least validation loss (training loss where nothing was validated); -1 where there is none."""
        name = "val_loss" if "val_loss" in self._columns else "loss"
        values = self._columns.get(name, np.empty(0))[: self._rows]
        return int(np.nanargmin(values)) if np.isfinite(values).any() else -1

    def to_csv(self) -> str:
        """Return the table as CSV with a heading; numbers read back exactly."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self._columns)
        table = [(name in WHOLE, column[: self._rows].tolist()) for name, column in self._columns.items()]
        for index in range(self._rows):
            writer.writerow([_written(column[index], whole) for whole, column in table])
        return text.getvalue()

    @classmethod
    def from_csv(cls, text: str) -> History:
        """Read what `to_csv` wrote. Raises FileFormatError naming the line."""
        history = cls()
        reader = csv.reader(io.StringIO(text), strict=True)
        try:
            names = next(reader, [])
            if len(set(names)) < len(names) or not set(WHOLE) <= set(names) or len(names) > 1_000:
                raise FileFormatError(
                    f"The history has no heading with {' and '.join(WHOLE)} in its first line."
                )
            for line in reader:
                if len(line) != len(names):
                    raise FileFormatError(
                        f"The history's line {reader.line_num} has {len(line)} fields, not {len(names)}."
                    )
                history.add_row(
                    {name: float(value) for name, value in zip(names, line, strict=True) if value}
                )
        except (csv.Error, ValueError) as error:
            raise FileFormatError(f"The history's line {reader.line_num} can't be read: {error}.") from None
        return history

    def to_arrays(self) -> dict[str, Array]:
        """Return the columns by name, as copies, for a run's state."""
        return {name: self.column(name) for name in self._columns}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> History:
        """Read what `to_arrays` gave. Raises FileFormatError where the columns differ in length."""
        history = cls()
        lengths = {array.size for array in arrays.values() if array.ndim == 1}
        if len(lengths) > 1 or any(array.ndim != 1 for array in arrays.values()):
            raise FileFormatError("The columns of the history differ in length.")
        history._rows = lengths.pop() if lengths else 0
        room = max(64, history._rows)
        for name in (*FIRST, *(name for name in sorted(arrays) if name not in FIRST)):
            column = np.full(room, np.nan)
            if name in arrays:
                column[: history._rows] = arrays[name]
            history._columns[name] = column
        return history

    def _thin(self) -> None:
        keep = np.arange(0, self._rows, 2)
        best = self.best_row
        if best >= 0 and best % 2:
            keep = np.sort(np.append(keep, best))
        for column in self._columns.values():
            column[: len(keep)] = column[keep]
        self._rows = len(keep)


def _written(value: float, whole: bool) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if whole and math.isfinite(value) else repr(value)
