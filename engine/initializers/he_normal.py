"""He initialization, normal."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_normal


class HeNormal(Initializer, frozen=True):
    """He, also called MSRA or Kaiming initialization with normal numbers: for ReLU and its kin.

    Formula: variance 2 / fan_in, drawn from a normal distribution cut at two standard deviations
    (and widened so that the variance is this one after the cut, as Keras does).
    Source: He, Zhang, Ren and Sun 2015, Delving deep into rectifiers.
    """

    FORMULA: ClassVar[str] = "Var w = 2 / nᵢₙ"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_normal(shape, 2 / fans[0], random)
