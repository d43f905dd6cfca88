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
    Momentum goes the other way, from high_momentum down to low_momentum at the top, and back: that of SGD and RMSprop
    where they have some, beta_1 of Adam, AdamW, Adamax and Lion. What the optimizer itself says then counts only if 0.
    The learning rate that is set is the highest one, and may be three to ten times that of a constant schedule.
    Source: Smith and Topin 2018, Super-convergence; the steps are those of PyTorch's OneCycleLR.
    """

    FORMULA: ClassVar[str] = "η/d → η → η/(d·e),   momentum the other way"

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
    cycle_momentum: Annotated[
        bool, Meta(description="Less momentum where the learning rate is high.", extra={"basic": False})
    ] = True
    low_momentum: Annotated[
        float,
        Meta(
            gt=0,
            lt=1,
            description="Momentum (or beta_1) at the highest learning rate.",
            extra={"basic": False, "when": {"cycle_momentum": [True]}},
        ),
    ] = 0.85
    high_momentum: Annotated[
        float,
        Meta(
            gt=0,
            lt=1,
            description="Momentum (or beta_1) at both ends.",
            extra={"basic": False, "when": {"cycle_momentum": [True]}},
        ),
    ] = 0.95
    shape: Annotated[
        Literal["cosine", "linear"],
        Meta(description="The way from one rate to the next.", extra={"basic": False}),
    ] = "cosine"

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        first = 1 / self.start_divisor
        return self._cycle(step, total_steps, first, 1.0, first / self.end_divisor)

    def momentum(self, step: int, steps_per_epoch: int, total_steps: int) -> float | None:
        if not self.cycle_momentum:
            return None
        high = self.high_momentum
        return self._cycle(step, total_steps, high, self.low_momentum, high)

    def _cycle(self, step: int, total_steps: int, first: float, middle: float, end: float) -> float:
        last = max(total_steps - 1, 0)
        top = min(max(self.warmup_part * total_steps - 1, 0.0), float(last))
        if step < top:
            return self._between(first, middle, step / top)
        if last <= top:
            return middle
        return self._between(middle, end, min((step - top) / (last - top), 1.0))

    def _between(self, begin: float, end: float, passed: float) -> float:
        if self.shape == "linear":
            return begin + (end - begin) * passed
        return end + (begin - end) * (1 + math.cos(math.pi * passed)) / 2
