"""Cross-entropy between one-hot targets and class probabilities."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.smoothing import smoothed

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 where no logits are at hand, as Keras does."""


class CategoricalCrossentropy(Loss, frozen=True):
    """Cross-entropy of class probabilities against one-hot targets.

    Formula: L = -(1/N) sum over n, c of t_nc ln p_nc. With softmax it is computed from the logits z:
    L = (1/N) sum over n of (ln sum_j exp(z_nj) - sum_c t_nc z_nc), with gradient (p sum_c t_c - t) / N.
    Shapes: p (N, ..., C); t the same; the mean runs over all axes but the last.
    With label_smoothing s, t (1 - s) + s/C stands for t: the network is never asked to be quite sure.
    Source of the smoothing: Szegedy et al. 2016, Rethinking the inception architecture, section 7.
    """

    FORMULA: ClassVar[str] = "L = −Σ t ln p"
    TARGET: ClassVar[Literal["values", "one_hot", "index"]] = "one_hot"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("softmax",)

    label_smoothing: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Part of each target that is spread over all classes.",
            extra={"basic": False},
        ),
    ] = 0.0

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        if self.label_smoothing:
            classes = prediction.shape[-1]
            return smoothed(
                self, target, classes, lambda plain, t: plain.bind(prediction, t, gradient, weights)
            )
        p, t, g = prediction, target, gradient
        rows = p.size // p.shape[-1]
        clipped, work = np.empty_like(p), np.empty_like(p)
        low, high = p.dtype.type(EPSILON), p.dtype.type(1 - EPSILON)
        sums = np.empty(p.shape[:-1], p.dtype)

        def value() -> float:
            np.clip(p, low, high, out=clipped)
            np.log(clipped, out=work)
            np.multiply(work, t, out=work)
            if weights is not None:
                np.add.reduce(work, axis=-1, out=sums)
                return -float(np.vdot(sums, weights))
            return -float(work.sum(dtype=np.float64)) / rows

        if g is None:
            return LossKernel(value, None)
        scale = p.dtype.type(-1 / rows if weights is None else -1)

        def backward() -> None:
            np.divide(t, clipped, out=g)
            np.multiply(g, scale, out=g)
            if weights is not None:
                np.multiply(g, weights[..., None], out=g)
            np.equal(p, clipped, out=work)
            np.multiply(g, work, out=g)

        return LossKernel(value, backward)

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
                prediction.shape[-1],
                lambda plain, t: plain.bind_fused(activation, logits, prediction, t, gradient, weights),
            )
        z, p, t, g = logits, prediction, target, gradient
        rows = p.size // p.shape[-1]
        work = np.empty_like(z)
        row = np.empty((*z.shape[:-1], 1), z.dtype)
        amount = np.empty_like(row)
        largest, total = np.maximum.reduce, np.add.reduce
        subtract, multiply, exp, log = np.subtract, np.multiply, np.exp, np.log

        def value() -> float:
            largest(z, axis=-1, keepdims=True, out=row)
            subtract(z, row, out=work)
            spread = float(np.vdot(work, t))
            exp(work, out=work)
            total(work, axis=-1, keepdims=True, out=row)
            total(t, axis=-1, keepdims=True, out=amount)
            log(row, out=row)
            return (float(np.vdot(row, amount)) - spread) / rows

        if weights is not None:
            return self._weighted_from_logits(z, p, t, g, weights)

        if g is None:
            return LossKernel(value, None)
        scale = z.dtype.type(1 / rows)

        def backward() -> None:
            multiply(p, amount, out=g)
            subtract(g, t, out=g)
            multiply(g, scale, out=g)

        return LossKernel(value, backward)

    def _weighted_from_logits(
        self, z: Array, p: Array, t: Array, g: Array | None, weights: Array
    ) -> LossKernel:
        work, product, column = np.empty_like(z), np.empty_like(z), weights[..., None]
        row, amount, spread = (np.empty((*z.shape[:-1], 1), z.dtype) for _ in range(3))
        largest, total, vdot = np.maximum.reduce, np.add.reduce, np.vdot
        subtract, multiply = np.subtract, np.multiply

        def value() -> float:
            largest(z, axis=-1, keepdims=True, out=row)
            subtract(z, row, out=work)
            multiply(work, t, out=product)
            total(product, axis=-1, keepdims=True, out=spread)
            np.exp(work, out=work)
            total(work, axis=-1, keepdims=True, out=row)
            total(t, axis=-1, keepdims=True, out=amount)
            np.log(row, out=row)
            multiply(row, amount, out=row)
            subtract(row, spread, out=row)
            return float(vdot(row, weights))

        if g is None:
            return LossKernel(value, None)

        def backward() -> None:
            multiply(p, amount, out=g)
            subtract(g, t, out=g)
            multiply(g, column, out=g)

        return LossKernel(value, backward)
