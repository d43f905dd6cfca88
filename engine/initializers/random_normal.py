"""Normal numbers of a given spread."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer


class RandomNormal(Initializer, frozen=True):
    """Normal numbers of a given mean and spread, whatever the size of the layer.

    Formula: w ~ N(mean, stddev²).
    Source: Keras 3 RandomNormal.
    """

    FORMULA: ClassVar[str] = "w ~ N(μ, σ²)"

    mean: Annotated[float, Meta(description="Mean of the numbers.")] = 0.0
    stddev: Annotated[float, Meta(ge=0, description="Standard deviation of the numbers.")] = 0.05

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return random.normal(self.mean, self.stddev, shape)
