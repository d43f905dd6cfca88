"""The curves of a run's phases in a file, and back: columns beside the others, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.training.history import PHASE_COLUMNS, RunHistory
from designer.training.series import Series

Array = NDArray[Any]
PREFIX, LOSS = "phase/", "/loss"


def phase_columns(history: RunHistory, step: Array) -> dict[str, Array]:
    """Return the losses of each phase on rows that end at these steps: "phase/0/NAME/loss", and its extremes.

    A row holds the mean over what of the phase falls into it, NaN where nothing does.
    """
    found: dict[str, Array] = {}
    for place, (name, series) in enumerate(history.phase_losses.items()):
        rows = np.searchsorted(step, series.step)
        inside = rows < len(step)
        rows, counts = rows[inside], series.count[inside]
        columns = {column: np.full(len(step), np.nan) for column in PHASE_COLUMNS}
        totals, weights = np.zeros(len(step)), np.zeros(len(step))
        values = series["loss"][inside]
        known = np.isfinite(values)
        np.add.at(totals, rows[known], (values * counts)[known])
        np.add.at(weights, rows[known], counts[known])
        np.divide(totals, weights, out=columns["loss"], where=weights > 0)
        np.fmin.at(columns["loss_low"], rows, series["loss_low"][inside])
        np.fmax.at(columns["loss_high"], rows, series["loss_high"][inside])
        found |= {
            f"{PREFIX}{place}/{name}/{column}": values.astype(np.float32)
            for column, values in columns.items()
        }
    return found


def phase_names(steps: Mapping[str, Array]) -> tuple[str, ...]:
    """Return the phases whose curves a file holds, in their order."""
    found: dict[int, str] = {}
    for name in steps:
        place, _, rest = name.removeprefix(PREFIX).partition("/")
        if name.startswith(PREFIX) and rest.endswith(LOSS) and place.isdecimal():
            found[int(place)] = rest.removesuffix(LOSS)
    return tuple(found[place] for place in sorted(found))


def restore_phases(history: RunHistory, step: Array, steps: Mapping[str, Array]) -> None:
    """Take the curves that a file holds into a history."""
    for place, name in enumerate(phase_names(steps)):
        columns = {column: steps.get(f"{PREFIX}{place}/{name}/{column}") for column in PHASE_COLUMNS}
        loss = columns["loss"]
        if loss is None or any(values is None for values in columns.values()):
            continue
        here = np.isfinite(loss)
        series = Series(PHASE_COLUMNS)
        series.append(
            step[here], {column: values[here] for column, values in columns.items() if values is not None}
        )
        history.phase_losses[name] = series
