"""Lecun initialization, normal."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_normal


class LecunNormal(Initializer, frozen=True):
    """LeCun initialization with normal numbers: for SELU.

    Formula: variance 1 / fan_in, drawn from a normal distribution cut at two standard deviations
    (and widened so that the variance is this one after the cut, as Keras does).
    Source: LeCun, Bottou, Orr and Müller 1998, Efficient BackProp.
    """

    FORMULA: ClassVar[str] = "Var w = 1 / nᵢₙ"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_normal(shape, 1 / fans[0], random)
