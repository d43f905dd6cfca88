"""The lines of the loss plot: what is measured at every step and at the ends of epochs, ready to be drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from designer.plots.smoothing import Smoother

if TYPE_CHECKING:
    from designer.training.decimation import Envelope
    from designer.training.history import RunHistory

Array = NDArray[Any]

LEAST_DECADES = 0.5
"""A logarithmic axis shows at least so much: the first steps should not look like a landscape."""


class Curves(NamedTuple):
    """What is drawn between two steps. `raw` is an envelope, which is exact while there are few points."""

    raw: Envelope
    smooth_x: Array
    smooth_y: Array
    validation_x: Array
    validation_y: Array
    train_epochs_x: Array
    train_epochs_y: Array


class LossCurves:
    """Picks, smooths and thins the columns of a history for one quantity ("loss" or a metric)."""

    def __init__(self) -> None:
        self._smoother = Smoother()

    def between(
        self, history: RunHistory, name: str, start: float, end: float, columns: int, smoothing: float
    ) -> Curves:
        """Return what is to be drawn between two steps on a plot of so many columns of pixels."""
        scalars = history.scalars
        column = self.column_of(history, name)
        validation = history.epoch_values(name, validation=True)
        validation = _within(*validation, start, end)
        if column:
            rows = scalars.window(start, end)
            step, low, high = (
                scalars.step[rows],
                scalars[f"{column}_low"][rows],
                scalars[f"{column}_high"][rows],
            )
            raw = history.envelope(step, low, high, min(columns, 1_000))
            smooth = self.smoothed(history, column, smoothing)[rows]
            smooth_x, smooth_y = history.thinned(step, smooth, columns)
            epochs = np.zeros(0), np.zeros(0)
        else:
            raw = history.envelope(np.zeros(0), np.zeros(0), np.zeros(0), 1)
            smooth_x = smooth_y = np.zeros(0)
            epochs = _within(*history.epoch_values(name, validation=False), start, end)
        return Curves(raw, smooth_x, smooth_y, *_thin(*validation, columns), *_thin(*epochs, columns))

    def column_of(self, history: RunHistory, name: str) -> str:
        """Return the column of scalars that holds a quantity, "" where it is only known at the ends of epochs."""
        if name == "loss":
            return "loss"
        return "metric" if name == history.plan.metric else ""

    def smoothed(self, history: RunHistory, column: str, smoothing: float) -> Array:
        """Return the smoothed values at every row."""
        scalars = history.scalars
        key = (column, id(scalars), scalars.generation)
        return self._smoother.smooth(scalars.step, scalars[column], smoothing, history.plan.total_steps, key)

    def range_of(self, curves: Curves, *, log: bool) -> tuple[float, float]:
        """Return the least and greatest value drawn (for `log`, of what is above zero); NaN where there is none.

        On a linear axis a lone spike of the raw line may leave the plot, so that it does not flatten the rest: the raw
        line gets at most four times the room of its middle 99 %. The smoothed and the validation line always fit whole.
        """
        parts = [curves.smooth_y, curves.validation_y, curves.train_epochs_y]
        raw = np.concatenate((curves.raw.low, curves.raw.high))
        raw = raw[np.isfinite(raw) & ((raw > 0) | (not log))]
        if len(raw) > 200 and not log:
            middle_low, middle_high = np.quantile(raw, (0.005, 0.995))
            air = 1.5 * (middle_high - middle_low)
            raw = np.clip(raw, middle_low - air, middle_high + air)
        values = np.concatenate([raw, *parts])
        values = values[np.isfinite(values) & ((values > 0) | (not log))]
        if not len(values):
            return float("nan"), float("nan")
        return float(values.min()), float(values.max())


def padded(low: float, high: float, *, log: bool, unit_interval: bool = False) -> tuple[float, float]:
    """Return the range of the axis for values from `low` to `high`: some air, and never nothing.

    For `log` the result is in exponents of ten. A quantity of the unit interval (accuracy) never gets more than it.
    """
    if log:
        low, high = np.log10(low), np.log10(high)
        short = max(LEAST_DECADES - (high - low), 0.0) / 2
        low, high = low - short, high + short
        air = max((high - low) * 0.06, 0.03)
        return float(low - air), float(high + air)
    air = max((high - low) * 0.06, abs(high) * 0.01, 1e-12)
    low, high = low - air, high + air
    if unit_interval:
        return max(low, -0.02), min(high, 1.02)
    return low, high


def _within(x: Array, y: Array, start: float, end: float) -> tuple[Array, Array]:
    first = max(int(np.searchsorted(x, start, "left")) - 1, 0)
    last = int(np.searchsorted(x, end, "right")) + 1
    return x[first:last], y[first:last]


def _thin(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Thin a line of epochs, keeping its least and greatest value in every column."""
    if len(x) <= columns:
        return x, y
    edges = np.linspace(0, len(x), columns // 2 + 1).astype(int)
    kept = {0, len(x) - 1}
    for first, last in pairwise(edges):
        if last > first and np.isfinite(y[first:last]).any():
            kept |= {int(first + np.nanargmin(y[first:last])), int(first + np.nanargmax(y[first:last]))}
    index = np.array(sorted(kept))
    return x[index], y[index]
