"""A staircase."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Schedule


class Step(Schedule, frozen=True):
    """Drops the learning rate by a factor every so many epochs.

    Formula: factor^floor(epoch / step_size), epochs counted from 0.
    Source: PyTorch StepLR.
    """

    FORMULA: ClassVar[str] = "η·γ^⌊epoch / size⌋"

    step_size: Annotated[
        int, Meta(ge=1, description="Epochs between two drops.", extra={"unit": "epochs"})
    ] = 10
    drop: Annotated[
        float, Meta(gt=0, le=1, description="What the learning rate is multiplied by at a drop.")
    ] = 0.5

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        return float(self.drop ** (step // steps_per_epoch // self.step_size))
