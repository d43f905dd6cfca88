"""The Gaussian error linear unit."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.base import Activation, Array
from engine.activations.constants import filled
from engine.activations.error_function import bind_erf
from engine.activations.pieces import pieces
from engine.layers.base import Kernel


class GELU(Activation, frozen=True):
    """Gaussian error linear unit: x times the chance that a normal number is smaller; used by transformers.

    Formula: f(x) = x P(x), P(x) = (1 + erf(x / √2)) / 2. Derivative: P(x) + x exp(-x²/2) / √(2π).
    approximate: P(x) = (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³).
    Source: Hendrycks and Gimpel 2016, Gaussian error linear units.
    """

    FORMULA: ClassVar[str] = "f(x) = x · ½ (1 + erf(x/√2))"
    DERIVATIVE: ClassVar[str] = "f'(x) = Φ(x) + x φ(x)"

    approximate: Annotated[bool, Meta(description="Use the faster formula with tanh.")] = False

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        if self.approximate:
            return _bind_tanh(x, y, dy, dx)
        return _bind_single(x, y, dy, dx) if x.dtype == np.float32 else _bind_exact(x, y, dy, dx)


CHANCE = (
    0.7978849414604839,
    0.03633308457346076,
    -3.259497550530646e-05,
    -5.530619380691096e-05,
    3.9647444562011845e-06,
    -1.3226336235384345e-07,
    1.7561708221433796e-09,
)
"""P(x) = (1 + tanh(x C(x²))) / 2 with the polynomial C of these coefficients: to 3e-8 for every x, fitted by iterated
weighted least squares to artanh(erf(x / √2)) up to 6, beyond which P is 0 or 1 in float32."""
FAR = 6.0


def _bind_single(x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
    """Return the kernels for float32, where tanh takes half the time of the rational form of erf."""
    number = partial(np.array, dtype=x.dtype)
    leading, *rest = (number(c) for c in reversed(CHANCE))
    half, minus_half, density = number(0.5), number(-0.5), number(1 / math.sqrt(2 * math.pi))
    multiply, add, tanh, exp, clip = np.multiply, np.add, np.tanh, np.exp, np.clip
    chance = np.empty_like(x)
    first = pieces(x, y, chance)
    square, work = np.empty_like(first[0][0]), np.empty_like(first[0][0])
    parts = [(*arrays, square[: len(arrays[0])], work[: len(arrays[0])]) for arrays in first]

    def forward() -> None:
        for x, y, chance, square, work in parts:
            clip(x, -FAR, FAR, out=work)
            multiply(work, work, square)
            multiply(square, leading, chance)
            for coefficient in rest[:-1]:
                add(chance, coefficient, chance)
                multiply(chance, square, chance)
            add(chance, rest[-1], chance)
            multiply(chance, work, chance)
            tanh(chance, chance)
            multiply(chance, half, chance)
            add(chance, half, chance)
            multiply(x, chance, y)

    if dy is None or dx is None:
        return Kernel(forward)
    # The density is 0 in float32 from here on; clipping there keeps the square from overflowing.
    edge = math.sqrt(2.5 * math.log(np.finfo(x.dtype).max))
    second = pieces(x, chance, dy, dx)
    back = [(*arrays, work[: len(arrays[0])]) for arrays in second]

    def backward() -> None:
        for x, chance, dy, dx, work in back:
            clip(x, -edge, edge, out=work)
            multiply(work, work, work)
            multiply(work, minus_half, work)
            exp(work, work)
            multiply(work, density, work)
            multiply(work, x, work)
            add(work, chance, work)
            multiply(dy, work, dx)

    return Kernel(forward, backward)


def _bind_exact(x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
    number = partial(np.array, dtype=x.dtype)
    half, root, density = number(0.5), number(math.sqrt(0.5)), number(1 / math.sqrt(2 * math.pi))
    multiply, add, exp = np.multiply, np.add, np.exp
    minimum, maximum = np.minimum, np.maximum
    chance, work = np.empty_like(x), np.empty_like(x)
    erf = bind_erf(chance, chance, work, y)

    def forward() -> None:
        multiply(x, root, chance)
        erf()
        multiply(chance, half, chance)
        add(chance, half, chance)
        multiply(x, chance, y)

    if dy is None or dx is None:
        return Kernel(forward)
    # The density is 0 in this dtype from here on; clipping there keeps the square from overflowing.
    edge = math.sqrt(2.5 * math.log(np.finfo(x.dtype).max))
    low, high, minus_half = filled(x, -edge), filled(x, edge), number(-0.5)

    def backward() -> None:
        minimum(x, high, out=work)
        maximum(work, low, out=work)
        multiply(work, work, work)
        multiply(work, minus_half, work)
        exp(work, work)
        multiply(work, density, work)
        multiply(work, x, work)
        add(work, chance, work)
        multiply(dy, work, dx)

    return Kernel(forward, backward)


def _bind_tanh(x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
    number = partial(np.array, dtype=x.dtype)
    minimum, maximum, multiply, add, tanh = np.minimum, np.maximum, np.multiply, np.add, np.tanh
    root, half, one = number(math.sqrt(2 / math.pi)), number(0.5), number(1)
    cubic = number(0.044715 * math.sqrt(2 / math.pi))
    # tanh u is ±1 in float64 from here on; clipping there keeps the cube from overflowing.
    low, high = filled(x, -10), filled(x, 10)
    square, chance, work = np.empty_like(x), np.empty_like(x), np.empty_like(x)

    def forward() -> None:
        minimum(x, high, out=work)
        maximum(work, low, out=work)
        multiply(work, work, square)
        multiply(square, cubic, chance)
        add(chance, root, chance)
        multiply(chance, work, chance)
        tanh(chance, chance)
        multiply(chance, half, chance)
        add(chance, half, chance)
        multiply(x, chance, y)

    if dy is None or dx is None:
        return Kernel(forward)
    subtract, triple, double = np.subtract, number(6 * float(cubic)), number(2 * float(root))

    def backward() -> None:
        # f' = P + x P' with P' = 2 P (1 - P) u' and u' = root + 3 cubic x²; the 2 is in the constants.
        subtract(one, chance, work)
        multiply(work, y, work)
        multiply(square, triple, square)
        add(square, double, square)
        multiply(work, square, work)
        add(work, chance, work)
        multiply(dy, work, dx)

    return Kernel(forward, backward)
