"""A slow start before another schedule."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.schedules.base import Response, Schedule, schedules


class WarmUp(Schedule, frozen=True):
    """Raises the learning rate in equal parts over the first steps, then hands over to another schedule.

    Formula: (step + 1) / warmup_steps for the first warmup_steps steps; then `then`, counted from there on.
    Source: Goyal et al. 2017, Accurate, large minibatch SGD, section 2.2.
    """

    FORMULA: ClassVar[str] = "η·(t + 1) / w for t < w, then another schedule"

    warmup_steps: Annotated[
        int, Meta(ge=1, description="Steps until the full rate.", extra={"unit": "steps"})
    ] = 100
    then: Annotated[ComponentValue, Meta(description="What follows.", extra={"registry": "schedule"})] = (
        "constant"
    )

    def check(self) -> None:
        schedules.get(self.then)

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        rest = max(total_steps - self.warmup_steps, 1)
        return schedules.get(self.then).factor(step - self.warmup_steps, steps_per_epoch, rest)

    def momentum(self, step: int, steps_per_epoch: int, total_steps: int) -> float | None:
        rest = max(total_steps - self.warmup_steps, 1)
        return schedules.get(self.then).momentum(max(step - self.warmup_steps, 0), steps_per_epoch, rest)

    def respond(self, response: Response, score: float) -> Response:
        return schedules.get(self.then).respond(response, score)
