"""Glorot initialization, normal."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_normal


class GlorotNormal(Initializer, frozen=True):
    """Glorot (Xavier) initialization with normal numbers: for sigmoid and tanh.

    Formula: variance 2 / (fan_in + fan_out), drawn from a normal distribution cut at two standard deviations
    (and widened so that the variance is this one after the cut, as Keras does).
    Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
    """

    FORMULA: ClassVar[str] = "Var w = 2 / (nᵢₙ + nₒᵤₜ)"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_normal(shape, 2 / sum(fans), random)
