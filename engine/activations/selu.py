"""The scaled exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

from engine.activations.base import Activation, Array
from engine.activations.elu import bind_scaled_elu
from engine.layers.base import Kernel

SCALE = 1.0507009873554805
ALPHA = 1.6732632423543772


class SELU(Activation, frozen=True):
    """Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer by itself.

    Formula: f(x) = s x for x > 0, else s a (exp(x) - 1), with s = 1.0507009873554805, a = 1.6732632423543772.
    Derivative: s for x > 0, else s a exp(x). Meant for inputs of variance 1 and the initializer lecun_normal.
    Source: Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-normalizing neural networks.
    """

    FORMULA: ClassVar[str] = "f(x) = s·x for x > 0, else s·α (eˣ − 1)"
    DERIVATIVE: ClassVar[str] = "f'(x) = s for x > 0, else s·α eˣ"
    KINKS: ClassVar[tuple[float, ...]] = (0.0,)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        return bind_scaled_elu(x, y, dy, dx, SCALE, ALPHA)
