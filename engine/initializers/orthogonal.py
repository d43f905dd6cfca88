"""Orthogonal matrices."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import SettingError
from engine.core.shapes import Shape, text
from engine.initializers.base import Initializer


class Orthogonal(Initializer, frozen=True):
    """A random rotation: keeps lengths from step to step, for recurrent kernels and deep linear networks.

    Formula: wᵀ w = gain² I (or w wᵀ, where there are more columns than rows). Axes before the last count as rows.
    It is the Q of a QR decomposition of a normal matrix, with the signs that make it uniform over all rotations.
    Errors: SettingError for a parameter with one axis.
    Source: Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning.
    """

    FORMULA: ClassVar[str] = "wᵀ·w = gain²·I"

    gain: Annotated[float, Meta(description="Length that a vector of length 1 is mapped to.")] = 1.0

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        if len(shape) < 2:
            raise SettingError(
                f"orthogonal needs a parameter with two axes or more. Received one of shape {text(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.where(np.diag(r) < 0, -1.0, 1.0)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
