"""Random numbers of a given variance, as the scaled initializers share them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape

CUT = 2.0
"""Normal numbers further than this many standard deviations from the mean are drawn again."""
SPREAD_AFTER_CUT = 0.87962566103423978
"""Standard deviation of a standard normal number given that it lies within ±CUT."""


def truncated_normal(shape: Shape, stddev: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return normal numbers of mean 0; those beyond two standard deviations are drawn again until none is left."""
    values = random.standard_normal(shape)
    flat = values.reshape(-1)
    beyond = np.flatnonzero(np.abs(flat) > CUT)
    while beyond.size:
        flat[beyond] = random.standard_normal(beyond.size)
        beyond = beyond[np.abs(flat[beyond]) > CUT]
    values *= stddev
    return values


def scaled_normal(shape: Shape, variance: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return truncated normal numbers whose variance after the cut is `variance`."""
    return truncated_normal(shape, math.sqrt(variance) / SPREAD_AFTER_CUT, random)


def scaled_uniform(shape: Shape, variance: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return evenly spread numbers around 0 of the given variance."""
    limit = math.sqrt(3 * variance)
    return random.uniform(-limit, limit, shape)
