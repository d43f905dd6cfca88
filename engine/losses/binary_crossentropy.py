"""Cross-entropy of yes-or-no probabilities."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.activations.constants import filled
from engine.losses.base import Array, Loss, LossKernel
from engine.losses.categorical_crossentropy import EPSILON
from engine.losses.smoothing import smoothed
from engine.losses.weighting import weighted_kernel


class BinaryCrossentropy(Loss, frozen=True):
    """Cross-entropy of probabilities for yes against targets 0 and 1; each output is a question of its own.

    Formula: L = -mean of (t ln p + (1 - t) ln(1 - p)) over the outputs and the batch. With sigmoid it is computed
    from the logits z: L = mean of (max(z, 0) - z t + ln(1 + exp(-|z|))), with gradient (p - t) / (number of values).
    Shapes: p and t (N, ...). Without logits, p is kept 1e-7 from 0 and 1, as Keras does.
    With label_smoothing s, t (1 - s) + s/2 stands for t: the network is never asked to be quite sure.
    """

    FORMULA: ClassVar[str] = "L = −mean (t ln p + (1 − t) ln(1 − p))"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("sigmoid",)

    label_smoothing: Annotated[
        float,
        Meta(
            ge=0, le=1, description="Part of each target that is moved to one half.", extra={"basic": False}
        ),
    ] = 0.0

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        if self.label_smoothing:
            return smoothed(self, target, 2, lambda plain, t: plain.bind(prediction, t, gradient, weights))
        p, t, g = prediction, target, gradient
        low, high, weight = filled(p, EPSILON), filled(p, 1 - EPSILON), 1 / p.size
        clipped, yes, no = np.empty_like(p), np.empty_like(p), np.empty_like(p)
        flat_yes, flat_no, flat_t = yes.reshape(-1), no.reshape(-1), t.reshape(-1)
        minimum, maximum, log, log1p, negative = np.minimum, np.maximum, np.log, np.log1p, np.negative
        subtract, dot, total = np.subtract, np.dot, np.add.reduce
        if weights is not None:
            return self._weighted(p, t, g, weights)

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

    def _weighted(self, p: Array, t: Array, g: Array | None, weights: Array) -> LossKernel:
        number = p.dtype.type
        low, high, one = number(EPSILON), number(1 - EPSILON), number(1)
        clipped, work = np.empty_like(p), np.empty_like(p)

        def elements(out: Array) -> None:
            np.clip(p, low, high, out=clipped)
            np.negative(clipped, work)
            np.log1p(work, work)
            np.log(clipped, out)
            np.subtract(work, out, out)
            np.multiply(out, t, out)
            np.subtract(out, work, out)

        def slopes(out: Array) -> None:
            np.subtract(one, clipped, work)
            np.multiply(work, clipped, work)
            np.subtract(clipped, t, out)
            np.divide(out, work, out)
            np.equal(p, clipped, work)
            np.multiply(out, work, out)

        return weighted_kernel(p, g, weights, elements, slopes)

    def bind_fused(
        self,
        activation: str,
        logits: Array,
        prediction: Array,
        target: Array,
        gradient: Array | None,
        weights: Array | None = None,
    ) -> LossKernel:
        if self.label_smoothing:
            return smoothed(
                self,
                target,
                2,
                lambda plain, t: plain.bind_fused(activation, logits, prediction, t, gradient, weights),
            )
        z, p, t, g = logits, prediction, target, gradient
        zero, weight = filled(z, 0), 1 / z.size
        work, right, product = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        flat = work.reshape(-1)
        absolute, negative, exp, log1p = np.absolute, np.negative, np.exp, np.log1p
        maximum, multiply, subtract, add, total = np.maximum, np.multiply, np.subtract, np.add, np.add.reduce

        def elements(out: Array) -> None:
            absolute(z, out)
            negative(out, out)
            exp(out, out)
            log1p(out, out)
            # Per element, z t cancels max(z, 0) exactly where the answer is right; in the sums it would leave noise.
            maximum(z, zero, out=right)
            multiply(z, t, product)
            subtract(right, product, right)
            add(out, right, out)

        if weights is not None:
            return weighted_kernel(z, g, weights, elements, lambda out: subtract(p, t, out))

        def value() -> float:
            elements(work)
            return weight * float(total(flat))

        if g is None:
            return LossKernel(value, None)
        scale = np.array(weight, z.dtype)

        def backward() -> None:
            subtract(p, t, g)
            multiply(g, scale, g)

        return LossKernel(value, backward)
