"""The sum of squares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.regularizers.base import Array, Regularizer


class L2(Regularizer, frozen=True):
    """L2 penalty: keeps weights small.

    Formula: factor * sum of w². Gradient: 2 factor w (Keras' convention; some books have half of both).
    Source: Krogh and Hertz 1991, A simple weight decay can improve generalization; Keras 3 L2.
    """

    FORMULA: ClassVar[str] = "λ Σ w²"

    factor: Annotated[float, Meta(ge=0, description="Weight of the penalty.", extra={"scale": "log"})] = 0.01

    def bind(
        self, parameter: Array, gradient: Array | None, scratch: Array
    ) -> tuple[Callable[[], float], Callable[[], object] | None]:
        flat, dot, factor = parameter.reshape(-1), np.dot, self.factor

        def penalty() -> float:
            return factor * float(dot(flat, flat))

        if gradient is None:
            return penalty, None
        multiply, add, scale = np.multiply, np.add, np.array(2 * factor, parameter.dtype)

        def add_gradient() -> None:
            multiply(parameter, scale, scratch)
            add(gradient, scratch, gradient)

        return penalty, add_gradient
