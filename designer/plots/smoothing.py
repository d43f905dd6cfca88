"""The smoothed line: an exponential moving average without the bias of its start."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

RESOLUTION = 1_000.0
"""A smoothing of w keeps the share w of the average over a thousandth of the planned run (at least one step), so that
the same w looks the same in a short run and in a long one, and the line does not change as the run goes on."""


class Smoother:
    """m_k = b_k m_(k-1) + (1 - b_k) x_k, divided by its weights 1 - b_1 b_2 ... b_k, with b_k = w^(steps / unit).

    The division removes the pull towards zero at the start (Kingma and Ba 2015, section 3). Values that are not finite
    are left out. Only new rows are computed; another smoothing, unit or generation of the rows starts over.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._out = np.empty(0)
        self._done = 0
        self._average = 0.0
        self._weight = 0.0
        self._last_step = 0.0

    def smooth(
        self, step: Array, values: Array, weight: float, planned_steps: int, key: tuple[object, ...] = ()
    ) -> Array:
        """Return the smoothed values at every step. `key` tells one series (and its generation) from another."""
        unit = max(planned_steps / RESOLUTION, 1.0)
        if weight <= 0.0:
            return values
        if (weight, unit, *key) != self._key or len(values) < self._done:
            self._key, self._done = (weight, unit, *key), 0
            self._average = self._weight = self._last_step = 0.0
        if len(self._out) < len(values):
            self._out = np.concatenate((self._out[: self._done], np.empty(len(values) * 2 - self._done)))
        self._extend(step[self._done :].tolist(), values[self._done :].tolist(), math.log(weight) / unit)
        return self._out[: len(values)]

    def _extend(self, steps: list[float], values: list[float], decay: float) -> None:
        average, total, last, out = self._average, self._weight, self._last_step, []
        exp, isfinite = math.exp, math.isfinite
        for step, value in zip(steps, values, strict=True):
            if isfinite(value):
                keep = exp(decay * (step - last)) if step > last else 0.0
                average = keep * average + (1.0 - keep) * value
                total = keep * total + (1.0 - keep)
                last = step
            out.append(average / total if total > 0.0 and isfinite(value) else math.nan)
        self._out[self._done : self._done + len(out)] = out
        self._done += len(out)
        self._average, self._weight, self._last_step = average, total, last
