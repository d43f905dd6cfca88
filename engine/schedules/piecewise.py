"""A rate for each part of the run."""

from __future__ import annotations

import bisect
import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import SettingError
from engine.schedules.base import Schedule


class Piecewise(Schedule, frozen=True):
    """Holds one learning rate until an epoch, then the next one, as a table says.

    Formula: values[i], where i is how many of the boundaries are not above the epoch (counted from 0, with its
    fraction). There is one value more than boundaries; where values are missing the last one holds.
    Source: Keras 3 PiecewiseConstantDecay, counted in epochs, with factors in place of rates.
    """

    FORMULA: ClassVar[str] = "η·vᵢ from epoch bᵢ on"

    boundaries: Annotated[
        tuple[float, ...],
        Meta(description="Epochs at which the learning rate changes, rising.", extra={"unit": "epochs"}),
    ] = (10.0, 20.0)
    values: Annotated[
        tuple[float, ...],
        Meta(
            description="What the learning rate is multiplied by: before the first epoch given, and after each."
        ),
    ] = (1.0, 0.1, 0.01)

    def check(self) -> None:
        bounds = self.boundaries
        if not all(math.isfinite(bound) for bound in bounds) or list(bounds) != sorted(bounds):
            raise SettingError(f"boundaries: epochs, each above the one before. Received: {list(bounds)}.")
        if not self.values or not all(0 <= value < math.inf for value in self.values):
            raise SettingError(f"values: one or more factors from 0 on. Received: {list(self.values)}.")

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        passed = bisect.bisect_right(self.boundaries, step / steps_per_epoch)
        return float(self.values[min(passed, len(self.values) - 1)])
