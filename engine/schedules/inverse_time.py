"""Decay like 1/t."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule


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
        passed = step / steps_per_epoch / self.decay_epochs
        if self.staircase:
            passed = math.floor(passed)
        return 1 / (1 + self.decay_rate * passed)
