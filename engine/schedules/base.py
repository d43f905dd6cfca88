"""What a schedule is: the factor by which the learning rate is multiplied at each step."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from engine.core.fields import Component
from engine.core.registry import Family, snake_case


class Schedule(Component, frozen=True):
    """Base of every learning-rate schedule."""

    FORMULA: ClassVar[str] = ""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        """Return the factor for `step` (0 for the first) of `total_steps`."""
        raise TypeError(f"{type(self).__name__} has no rule.")


def periods_passed(step: int, steps_per_epoch: int, period: float, staircase: bool) -> float:
    """Return how many periods of `period` epochs have passed at `step`; only whole ones with `staircase`."""
    passed = step / steps_per_epoch / period
    return math.floor(passed) if staircase else passed


schedules: Family[Schedule] = Family("schedule", "engine.schedules", Schedule)
