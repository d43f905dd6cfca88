"""Normal numbers without outliers."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import truncated_normal


class TruncatedNormal(Initializer, frozen=True):
    """Normal numbers, drawn again where they are more than two standard deviations from the mean.

    Formula: w ~ N(mean, stddev²) given |w - mean| <= 2 stddev; the spread that is left is 0.88 stddev.
    Source: Keras 3 TruncatedNormal.
    """

    FORMULA: ClassVar[str] = "w ~ N(μ, σ²), |w − μ| ≤ 2σ"

    mean: Annotated[float, Meta(description="Mean of the numbers.")] = 0.0
    stddev: Annotated[
        float, Meta(ge=0, description="Standard deviation before outliers are drawn again.")
    ] = 0.05

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return self.mean + truncated_normal(shape, self.stddev, random)
