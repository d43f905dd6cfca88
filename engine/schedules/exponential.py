"""Exponential decay."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule, periods_passed


class Exponential(Schedule, frozen=True):
    """Multiplies the learning rate by decay_rate over every decay_epochs, smoothly.

    Formula: decay_rate^(epoch / decay_epochs), the epoch with its fraction; staircase takes the whole part.
    Source: Keras 3 ExponentialDecay, counted in epochs.
    """

    FORMULA: ClassVar[str] = "η·γ^(epoch / d)"

    decay_rate: Annotated[float, Meta(gt=0, le=1, description="What is left after decay_epochs.")] = 0.96
    decay_epochs: Annotated[
        float,
        Meta(gt=0, description="Epochs over which the rate falls by decay_rate.", extra={"unit": "epochs"}),
    ] = 1.0
    staircase: Annotated[
        bool, Meta(description="Change at whole steps of decay_epochs only.", extra={"basic": False})
    ] = False

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        passed = periods_passed(step, steps_per_epoch, self.decay_epochs, self.staircase)
        return float(self.decay_rate**passed)
