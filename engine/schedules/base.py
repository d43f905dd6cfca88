"""What a schedule is: the factor by which the learning rate is multiplied at each step."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from engine.core.fields import Component, Declared
from engine.core.registry import Family, snake_case


class Response(Declared, frozen=True):
    """What a schedule that watches the run has made of it so far; part of the run's state.

    `factor` multiplies the learning rate, beside the planned factor. `best` is the least score seen, `waited` the
    epochs since then, `cooldown` the epochs that are still let pass without counting.
    """

    factor: float = 1.0
    best: float | None = None
    waited: int = 0
    cooldown: int = 0


class Schedule(Component, frozen=True):
    """Base of every learning-rate schedule: a factor planned for each step, and a response to how the run goes."""

    FORMULA: ClassVar[str] = ""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        """Return the factor for `step` (0 for the first) of `total_steps`."""
        raise TypeError(f"{type(self).__name__} has no rule.")

    def momentum(self, step: int, steps_per_epoch: int, total_steps: int) -> float | None:
        """Return how much momentum to keep at `step`, or None for a schedule that leaves it alone."""
        return None

    def respond(self, response: Response, score: float) -> Response:
        """Return the response after an epoch with this score (validation loss, or training loss without one)."""
        return response


def standstill(schedule: Schedule, epochs: int) -> list[float]:
    """Return the factor of the response in each epoch of a run whose loss stands still, from its first epoch on."""
    response, factors = Response(), []
    for _ in range(epochs):
        factors.append(response.factor)
        response = schedule.respond(response, 1.0)
    return factors


def periods_passed(step: int, steps_per_epoch: int, period: float, staircase: bool) -> float:
    """Return how many periods of `period` epochs have passed at `step`; only whole ones with `staircase`."""
    passed = step / steps_per_epoch / period
    return math.floor(passed) if staircase else passed


schedules: Family[Schedule] = Family("schedule", "engine.schedules", Schedule)
