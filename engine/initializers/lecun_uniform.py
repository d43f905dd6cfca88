"""Lecun initialization, uniform."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_uniform


class LecunUniform(Initializer, frozen=True):
    """LeCun initialization with evenly spread numbers: for SELU.

    Formula: w ~ U(-a, a), a = √(3 / fan_in), which has variance 1 / fan_in.
    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp.
    """

    FORMULA: ClassVar[str] = "w ~ U(−a, a), Var w = 1 / nᵢₙ"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_uniform(shape, 1 / fans[0], random)
