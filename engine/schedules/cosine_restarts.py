"""Half a cosine wave, again and again."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule


class CosineRestarts(Schedule, frozen=True):
    """Falls along half a cosine wave, jumps up again, and falls over a longer period.

    Formula: alpha + (1 - alpha) m_mul^i (1 + cos(π x)) / 2, where i counts the restarts and x is the part of the
    period that has passed. The first period is first_period epochs long; each is t_mul times as long as the last.
    Source: Loshchilov and Hutter 2017, SGDR; Keras 3 CosineDecayRestarts, counted in epochs.
    """

    FORMULA: ClassVar[str] = "η·(α + (1 − α)·mⁱ·½(1 + cos πx)),   x: part of period i"

    first_period: Annotated[
        float, Meta(gt=0, description="Epochs until the first restart.", extra={"unit": "epochs"})
    ] = 10.0
    t_mul: Annotated[
        float, Meta(ge=1, le=100, description="How much longer each period is than the one before.")
    ] = 2.0
    m_mul: Annotated[float, Meta(gt=0, le=1, description="What the top of each period is multiplied by.")] = (
        1.0
    )
    alpha: Annotated[
        float,
        Meta(ge=0, le=1, description="Part of the learning rate at the foot.", extra={"basic": False}),
    ] = 0.0

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        restarts, passed = self._period(step / steps_per_epoch / self.first_period)
        wave = self.m_mul**restarts * (1 + math.cos(math.pi * passed)) / 2
        return float(self.alpha + (1 - self.alpha) * wave)

    def _period(self, passed: float) -> tuple[int, float]:
        """Return (restarts, part of the period that has passed) after `passed` first periods."""
        growth = self.t_mul
        if growth == 1:
            return math.floor(passed), passed - math.floor(passed)
        restarts = math.floor(math.log1p(passed * (growth - 1)) / math.log(growth))
        # The logarithm is not exact: at a restart it may be off by one.
        if self._begin(restarts + 1) <= passed:
            restarts += 1
        elif self._begin(restarts) > passed:
            restarts -= 1
        return restarts, min(max((passed - self._begin(restarts)) / growth**restarts, 0.0), 1.0)

    def _begin(self, restarts: int) -> float:
        """Return where, in first periods, a period begins."""
        return float((self.t_mul**restarts - 1) / (self.t_mul - 1))
