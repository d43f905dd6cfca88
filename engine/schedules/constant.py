"""No change."""

from __future__ import annotations

from typing import ClassVar

from engine.schedules.base import Schedule


class Constant(Schedule, frozen=True):
    """Keeps the learning rate as it is set.

    Formula: 1.
    """

    FORMULA: ClassVar[str] = "η"

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        return 1.0
