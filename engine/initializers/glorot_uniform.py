"""Glorot initialization, uniform."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.initializers.base import Initializer
from engine.initializers.scaling import scaled_uniform


class GlorotUniform(Initializer, frozen=True):
    """Glorot (Xavier) initialization with evenly spread numbers: for sigmoid and tanh.

    Formula: w ~ U(-a, a), a = √(6 / (fan_in + fan_out)), which has variance 2 / (fan_in + fan_out).
    Source: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
    """

    FORMULA: ClassVar[str] = "w ~ U(−a, a), Var w = 2 / (nᵢₙ + nₒᵤₜ)"

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        return scaled_uniform(shape, 2 / sum(fans), random)
