"""All ones."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer


class Ones(Initializer, frozen=True):
    """All ones.

    Formula: w = 1.
    """

    FORMULA: ClassVar[str] = "w = 1"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return np.ones(shape)
