"""Up once, and down."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from engine.schedules.base import Schedule


class OneCycle(Schedule, frozen=True):
    """Climbs from a small learning rate to the one that is set, then falls far below where it began.

    Formula: 1 / start_divisor at the first step; 1 at the end of the climb, warmup_part of the run; 1 / (start_divisor
    end_divisor) at the last step. In between along half a cosine wave, or in a straight line.
    Only the learning rate cycles: momentum and beta_1 keep their setting. So the learning rate that is set is the
    highest one, and may be three to ten times that of a constant schedule.
    Source: Smith and Topin 2018, Super-convergence; the steps are those of PyTorch's OneCycleLR.
    """

    FORMULA: ClassVar[str] = "η/d → η → η/(d·e)"

    warmup_part: Annotated[
        float, Meta(gt=0, lt=1, description="Part of the run in which the learning rate climbs.")
    ] = 0.3
    start_divisor: Annotated[
        float, Meta(ge=1, description="The run begins with the learning rate divided by this.")
    ] = 25.0
    end_divisor: Annotated[
        float,
        Meta(ge=1, description="It ends with the first rate divided by this.", extra={"scale": "log"}),
    ] = 1e4
    shape: Annotated[
        Literal["cosine", "linear"],
        Meta(description="The way from one rate to the next.", extra={"basic": False}),
    ] = "cosine"

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        last = max(total_steps - 1, 0)
        top = min(max(self.warmup_part * total_steps - 1, 0.0), float(last))
        first = 1 / self.start_divisor
        if step < top:
            return self._between(first, 1.0, step / top)
        if last <= top:
            return 1.0
        return self._between(1.0, first / self.end_divisor, min((step - top) / (last - top), 1.0))

    def _between(self, begin: float, end: float, passed: float) -> float:
        if self.shape == "linear":
            return begin + (end - begin) * passed
        return end + (begin - end) * (1 + math.cos(math.pi * passed)) / 2
