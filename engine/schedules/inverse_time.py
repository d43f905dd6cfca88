"""Decay like 1/t."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule, periods_passed


class InverseTime(Schedule, frozen=True):
    """Lets the learning rate fall like 1/t.

    Formula: 1 / (1 + decay_rate * epoch / decay_epochs), the epoch with its fraction; staircase takes the whole part.
    Source: Robbins and Monro 1951; Keras 3 InverseTimeDecay, counted in epochs.
    """

    FORMULA: ClassVar[str] = "η / (1 + γ·epoch / d)"

    decay_rate: Annotated[
        float, Meta(ge=0, description="How fast it falls: 1 halves it after decay_epochs.")
    ] = 1.0
    decay_epochs: Annotated[
        float, Meta(gt=0, description="Epochs by which time is measured.", extra={"unit": "epochs"})
    ] = 10.0
    staircase: Annotated[
        bool, Meta(description="Change at whole steps of decay_epochs only.", extra={"basic": False})
    ] = False

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        passed = periods_passed(step, steps_per_epoch, self.decay_epochs, self.staircase)
        return 1 / (1 + self.decay_rate * passed)
