"""Gradient descent, with momentum where it is asked for."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.optimizers.base import Array, Optimizer, Rule


class SGD(Optimizer, frozen=True):
    """Gradient descent on mini-batches; with momentum, a ball that gains speed downhill.

    Formula: w = w - r g. With momentum u: m = u m - r g; w = w + m. With nesterov: w = w + u m - r g after m moved.
    Source: Robbins and Monro 1951; Polyak 1964 (momentum); Nesterov 1983; formulas as in Keras 3.
    """

    FORMULA: ClassVar[str] = "w ← w − η·g,   with momentum m ← μ·m − η·g, w ← w + m"
    SLOTS: ClassVar[tuple[str, ...]] = ("momentum",)
    MOMENTUM: ClassVar[str] = "momentum"

    momentum: Annotated[
        float, Meta(ge=0, le=1, description="Part of the last step that is kept (0: plain gradient descent).")
    ] = 0.0
    nesterov: Annotated[bool, Meta(description="Look ahead along the momentum.", extra={"basic": False})] = (
        False
    )

    def slot_names(self) -> tuple[str, ...]:
        return self.SLOTS if self.momentum else ()

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        w, g, momentum = parameter, gradient, self.momentum
        multiply, subtract, add = np.multiply, np.subtract, np.add

        def plain(learning_rate: float, t: int) -> None:
            multiply(g, learning_rate, g)
            subtract(w, g, w)

        if not momentum:
            return plain
        (m,), (work, *_) = slots, scratch

        def heavy(learning_rate: float, t: int) -> None:
            multiply(m, momentum, m)
            multiply(g, learning_rate, g)
            subtract(m, g, m)
            add(w, m, w)

        def nesterov(learning_rate: float, t: int) -> None:
            multiply(m, momentum, m)
            multiply(g, learning_rate, g)
            subtract(m, g, m)
            multiply(m, momentum, work)
            subtract(work, g, work)
            add(w, work, w)

        return nesterov if self.nesterov else heavy
