"""Cross-entropy of yes-or-no probabilities."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.activations.constants import filled
from engine.losses.base import Array, Loss, LossKernel
from engine.losses.categorical_crossentropy import EPSILON


class BinaryCrossentropy(Loss, frozen=True):
    """Cross-entropy of probabilities for yes against targets 0 and 1; each output is a question of its own.

    Formula: L = -mean of (t ln p + (1 - t) ln(1 - p)) over the outputs and the batch. With sigmoid it is computed
    from the logits z: L = mean of (max(z, 0) - z t + ln(1 + exp(-|z|))), with gradient (p - t) / (number of values).
    Shapes: p and t (N, ...). Without logits, p is kept 1e-7 from 0 and 1, as Keras does.
    """

    FORMULA: ClassVar[str] = "L = −mean (t ln p + (1 − t) ln(1 − p))"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("sigmoid",)

    def bind(self, prediction: Array, target: Array, gradient: Array | None) -> LossKernel:
        p, t, g = prediction, target, gradient
        low, high, weight = filled(p, EPSILON), filled(p, 1 - EPSILON), 1 / p.size
        clipped, yes, no = np.empty_like(p), np.empty_like(p), np.empty_like(p)
        flat_yes, flat_no, flat_t = yes.reshape(-1), no.reshape(-1), t.reshape(-1)
        minimum, maximum, log, log1p, negative = np.minimum, np.maximum, np.log, np.log1p, np.negative
        subtract, dot, total = np.subtract, np.dot, np.add.reduce

        def value() -> float:
            minimum(p, high, out=clipped)
            maximum(clipped, low, out=clipped)
            log(clipped, yes)
            negative(clipped, no)
            log1p(no, no)
            subtract(yes, no, yes)
            return -weight * float(dot(flat_yes, flat_t) + total(flat_no))

        if g is None:
            return LossKernel(value, None)
        multiply, divide, equal, scale = np.multiply, np.divide, np.equal, np.array(weight, p.dtype)
        one, inside = np.array(1, p.dtype), np.empty(p.shape, bool)

        def backward() -> None:
            subtract(one, clipped, no)
            multiply(no, clipped, no)
            subtract(clipped, t, yes)
            divide(yes, no, yes)
            multiply(yes, scale, yes)
            equal(p, clipped, inside)
            multiply(yes, inside, g)

        return LossKernel(value, backward)

    def bind_fused(
        self, activation: str, logits: Array, prediction: Array, target: Array, gradient: Array | None
    ) -> LossKernel:
        z, p, t, g = logits, prediction, target, gradient
        zero, weight = filled(z, 0), 1 / z.size
        work, right, product = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        flat = work.reshape(-1)
        absolute, negative, exp, log1p = np.absolute, np.negative, np.exp, np.log1p
        maximum, multiply, subtract, add, total = np.maximum, np.multiply, np.subtract, np.add, np.add.reduce

        def value() -> float:
            absolute(z, work)
            negative(work, work)
            exp(work, work)
            log1p(work, work)
            # Per element, z t cancels max(z, 0) exactly where the answer is right; in the sums it would leave noise.
            maximum(z, zero, out=right)
            multiply(z, t, product)
            subtract(right, product, right)
            add(work, right, work)
            return weight * float(total(flat))

        if g is None:
            return LossKernel(value, None)
        scale = np.array(weight, z.dtype)

        def backward() -> None:
            subtract(p, t, g)
            multiply(g, scale, g)

        return LossKernel(value, backward)
