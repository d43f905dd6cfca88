"""A power of what is left of the run."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule


class Polynomial(Schedule, frozen=True):
    """Falls from 1 to alpha over the run, as a power of what is left of it; power 1 is a straight line.

    Formula: alpha + (1 - alpha) (1 - step / total_steps)^power.
    Source: Keras 3 PolynomialDecay, without cycles.
    """

    FORMULA: ClassVar[str] = "η·(α + (1 − α)·(1 − t/T)^p)"

    power: Annotated[
        float, Meta(gt=0, description="1 falls in a straight line, 2 fast at first and slowly at the end.")
    ] = 1.0
    alpha: Annotated[
        float, Meta(ge=0, le=1, description="Part of the learning rate that is left at the end.")
    ] = 0.0

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        left = max(1 - step / total_steps, 0.0) if total_steps > 0 else 1.0
        return float(self.alpha + (1 - self.alpha) * left**self.power)
