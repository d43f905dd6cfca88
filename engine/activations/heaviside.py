"""The step function."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.layers.base import Kernel


class Heaviside(Activation, frozen=True):
    """Step: a unit fires or it does not.

    Formula: f(x) = 0 for x < 0, 0.5 at 0, 1 for x > 0. Derivative: 0 wherever there is one.
    The nearest to a nerve cell, and hardly trainable: no gradient passes, so nothing before it learns.
    Source: McCulloch and Pitts 1943, A logical calculus of the ideas immanent in nervous activity.
    """

    FORMULA: ClassVar[str] = "f(x) = 0 for x < 0, ½ at 0, 1 for x > 0"
    DERIVATIVE: ClassVar[str] = "f'(x) = 0"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        sign, multiply, add, half = np.sign, np.multiply, np.add, np.array(0.5, x.dtype)

        def forward() -> None:
            sign(x, y)
            multiply(y, half, y)
            add(y, half, y)

        return Kernel(forward)
