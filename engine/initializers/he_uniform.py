"""He initialization, uniform."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_uniform


class HeUniform(Initializer, frozen=True):
    """He, also called MSRA or Kaiming initialization with evenly spread numbers: for ReLU and its kin.

    Formula: w ~ U(-a, a), a = √(6 / fan_in), which has variance 2 / fan_in.
    Source: He, Zhang, Ren and Sun 2015, Delving deep into rectifiers.
    """

    FORMULA: ClassVar[str] = "w ~ U(−a, a), Var w = 2 / nᵢₙ"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_uniform(shape, 2 / fans[0], random)
