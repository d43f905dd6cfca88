"""The self-gated unit with a gate of straight pieces."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.base import Activation, Array
from engine.activations.hard_sigmoid import HardSigmoid
from engine.layers.base import Kernel


class HardSiLU(Activation, frozen=True):
    """Hard swish: x times its own hard sigmoid; nearly swish, without an exponential.

    Formula: f(x) = x s(x) with s(x) = min(max(0, x / 6 + 1/2), 1). Derivative: s(x) + x/6 for -3 < x < 3, else s(x).
    Source: Howard et al. 2019, Searching for MobileNetV3; Keras 3 hard_silu, with hard_swish as an alias.
    """

    NAME: ClassVar[str] = "hard_silu"
    FORMULA: ClassVar[str] = "f(x) = x·min(max(0, x/6 + ½), 1)"
    DERIVATIVE: ClassVar[str] = "f'(x) = x/3 + ½ for −3 < x < 3, else 0 or 1"
    KINKS: ClassVar[tuple[float, ...]] = (-3.0, 3.0)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        gate, slope = np.empty_like(x), np.empty_like(x)
        kernel = HardSigmoid().bind(x, gate, None if dy is None else x, None if dx is None else slope)
        open_gate, multiply = kernel.forward, np.multiply

        def forward() -> None:
            open_gate()
            multiply(x, gate, y)

        if dy is None or dx is None or kernel.backward is None:
            return Kernel(forward)
        gate_back, add = kernel.backward, np.add

        def backward() -> None:
            gate_back()
            add(slope, gate, slope)
            multiply(dy, slope, dx)

        return Kernel(forward, backward)
