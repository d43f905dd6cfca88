"""The sum of absolute values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.regularizers.base import Array, Regularizer


class L1(Regularizer, frozen=True):
    """L1 penalty: pushes weights to exactly 0, so that few are left.

    Formula: factor * sum of |w|. Gradient: factor * sign(w), 0 at 0.
    Source: Tibshirani 1996, the lasso; Keras 3 L1.
    """

    FORMULA: ClassVar[str] = "λ Σ |w|"

    factor: Annotated[float, Meta(ge=0, description="Weight of the penalty.", extra={"scale": "log"})] = 0.01

    def bind(
        self, parameter: Array, gradient: Array | None, scratch: Array
    ) -> tuple[Callable[[], float], Callable[[], object] | None]:
        absolute, total, factor = np.absolute, np.add.reduce, self.factor
        flat = scratch.reshape(-1)

        def penalty() -> float:
            absolute(parameter, scratch)
            return factor * float(total(flat))

        if gradient is None:
            return penalty, None
        sign, multiply, add, scale = np.sign, np.multiply, np.add, np.array(factor, parameter.dtype)

        def add_gradient() -> None:
            sign(parameter, scratch)
            multiply(scratch, scale, scratch)
            add(gradient, scratch, gradient)

        return penalty, add_gradient
