"""Both penalties at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.regularizers.base import Array, Regularizer
from engine.regularizers.l1 import L1
from engine.regularizers.l2 import L2


class L1L2(Regularizer, frozen=True):
    """L1 and L2 penalty together, also called the elastic net.

    Formula: l1 * sum of |w| + l2 * sum of w². Gradient: l1 sign(w) + 2 l2 w.
    The defaults are 0.01 each (in Keras 0, where the class alone would do nothing).
    Source: Zou and Hastie 2005, Regularization and variable selection via the elastic net.
    """

    NAME: ClassVar[str] = "l1_l2"
    FORMULA: ClassVar[str] = "λ₁ Σ |w| + λ₂ Σ w²"

    l1: Annotated[float, Meta(ge=0, description="Weight of the absolute values.", extra={"scale": "log"})] = (
        0.01
    )
    l2: Annotated[float, Meta(ge=0, description="Weight of the squares.", extra={"scale": "log"})] = 0.01

    def bind(
        self, parameter: Array, gradient: Array | None, scratch: Array
    ) -> tuple[Callable[[], float], Callable[[], object] | None]:
        first, add_first = L1(factor=self.l1).bind(parameter, gradient, scratch)
        second, add_second = L2(factor=self.l2).bind(parameter, gradient, scratch)

        def penalty() -> float:
            return first() + second()

        if add_first is None or add_second is None:
            return penalty, None

        def add_gradient() -> None:
            add_first()
            add_second()

        return penalty, add_gradient
