"""The logistic function made of straight pieces."""

from __future__ import annotations

from typing import ClassVar

from engine.activations.base import Activation, Array
from engine.activations.relu6 import bind_clip
from engine.layers.base import Kernel


class HardSigmoid(Activation, frozen=True):
    """Hard sigmoid: three straight pieces in place of the logistic function, cheap to compute.

    Formula: f(x) = min(max(0, x / 6 + 1/2), 1). Derivative: 1/6 for -3 < x < 3, else 0.
    Source: Howard et al. 2019, Searching for MobileNetV3; Keras 3 hard_sigmoid.
    """

    FORMULA: ClassVar[str] = "f(x) = min(max(0, x/6 + ½), 1)"
    DERIVATIVE: ClassVar[str] = "f'(x) = 1/6 for −3 < x < 3, else 0"
    KINKS: ClassVar[tuple[float, ...]] = (-3.0, 3.0)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        return bind_clip(x, y, dy, dx, 1 / 6, 0.5, 1.0)
