"""Smaller steps when the loss stands still."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.schedules.base import Response, Schedule


class ReduceOnPlateau(Schedule, frozen=True):
    """Drops the learning rate when the validation loss (training loss without one) has stood still for some epochs.

    Formula: after patience validated epochs without a loss below best - min_delta the factor f becomes
    max(f drop, minimum); then cooldown epochs pass before any are counted again.
    What comes depends on the run: the curve in the inspector shows a loss that stands still from the beginning.
    Source: Keras 3 ReduceLROnPlateau.
    """

    FORMULA: ClassVar[str] = "η·γ after so many epochs without a better loss"

    drop: Annotated[
        float, Meta(gt=0, lt=1, description="What the learning rate is multiplied by at a drop.")
    ] = 0.1
    patience: Annotated[
        int, Meta(ge=1, description="Epochs without a better loss until a drop.", extra={"unit": "epochs"})
    ] = 10
    min_delta: Annotated[
        float,
        Meta(
            ge=0,
            description="By how much a loss must be below the best one to count as better.",
            extra={"basic": False, "scale": "log"},
        ),
    ] = 1e-4
    cooldown: Annotated[
        int,
        Meta(
            ge=0,
            description="Epochs after a drop in which none are counted.",
            extra={"basic": False, "unit": "epochs"},
        ),
    ] = 0
    minimum: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Part of the learning rate below which it does not fall.",
            extra={"basic": False},
        ),
    ] = 0.0

    def factor(self, step: int, steps_per_epoch: int, total_steps: int) -> float:
        return 1.0

    def respond(self, response: Response, score: float) -> Response:
        factor, best, waited, cooldown = response.factor, response.best, response.waited, response.cooldown
        if cooldown:
            cooldown, waited = cooldown - 1, 0
        if math.isfinite(score) and (best is None or score < best - self.min_delta):
            best, waited = score, 0
        elif not cooldown:
            waited += 1
            if waited >= self.patience and factor > self.minimum:
                factor, waited, cooldown = max(factor * self.drop, self.minimum), 0, self.cooldown
        return Response(factor=factor, best=best, waited=waited, cooldown=cooldown)
