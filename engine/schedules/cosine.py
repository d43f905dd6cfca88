"""Half a cosine wave."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule


class Cosine(Schedule, frozen=True):
    """Falls along half a cosine wave, from 1 at the first step to alpha at the end of the run.

    Formula: alpha + (1 - alpha) (1 + cos(π step / total_steps)) / 2.
    Source: Loshchilov and Hutter 2017, SGDR; Keras 3 CosineDecay, without restarts.
    """

    FORMULA: ClassVar[str] = "η·(α + (1 − α)·½(1 + cos πt/T))"

    alpha: Annotated[
        float, Meta(ge=0, le=1, description="Part of the learning rate that is left at the end.")
    ] = 0.0

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        passed = min(step / total_steps, 1.0) if total_steps > 0 else 0.0
        return self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * passed)) / 2
