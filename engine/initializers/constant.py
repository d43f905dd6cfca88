"""One number everywhere."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer


class Constant(Initializer, frozen=True):
    """The same number everywhere.

    Formula: w = value.
    """

    FORMULA: ClassVar[str] = "w = value"

    value: Annotated[float, Meta(description="The number.")] = 0.0

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return np.full(shape, self.value)
