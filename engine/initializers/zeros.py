"""All zeros."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer


class Zeros(Initializer, frozen=True):
    """All zeros: right for biases; in a kernel it makes all units of a layer learn the same.

    Formula: w = 0.
    """

    FORMULA: ClassVar[str] = "w = 0"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return np.zeros(shape)
