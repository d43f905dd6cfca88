"""Evenly spread numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import SettingError
from engine.core.shapes import Shape
from engine.initializers.base import Initializer


class RandomUniform(Initializer, frozen=True):
    """Numbers spread evenly between two bounds.

    Formula: w ~ U(minval, maxval).
    Errors: SettingError where minval is above maxval.
    Source: Keras 3 RandomUniform.
    """

    FORMULA: ClassVar[str] = "w ~ U(min, max)"

    minval: Annotated[float, Meta(description="Smallest number.")] = -0.05
    maxval: Annotated[float, Meta(description="Largest number.")] = 0.05

    def check(self) -> None:
        if self.minval > self.maxval:
            raise SettingError(
                f"random_uniform: minval is above maxval. Received: {self.minval} and {self.maxval}. Swap them."
            )

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return random.uniform(self.minval, self.maxval, shape)
