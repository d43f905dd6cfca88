"""Cross-entropy between one-hot targets and class probabilities."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from engine.losses.base import Array, Loss, LossKernel

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 where no logits are at hand, as Keras does."""


class CategoricalCrossentropy(Loss, frozen=True):
    """Cross-entropy of class probabilities against one-hot targets.

    Formula: L = -(1/N) sum over n, c of t_nc ln p_nc. With softmax it is computed from the logits z:
    L = (1/N) sum over n of (ln sum_j exp(z_nj) - sum_c t_nc z_nc), with gradient (p sum_c t_c - t) / N.
    Shapes: p (N, ..., C); t the same; the mean runs over all axes but the last.
    """

    FORMULA: ClassVar[str] = "L = −Σ t ln p"
    TARGET: ClassVar[Literal["values", "one_hot", "index"]] = "one_hot"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("softmax",)

    def bind(self, prediction: Array, target: Array, gradient: Array | None) -> LossKernel:
        p, t, g = prediction, target, gradient
        rows = p.size // p.shape[-1]
        clipped, work = np.empty_like(p), np.empty_like(p)
        low, high = p.dtype.type(EPSILON), p.dtype.type(1 - EPSILON)

        def value() -> float:
            np.clip(p, low, high, out=clipped)
            np.log(clipped, out=work)
            np.multiply(work, t, out=work)
            return -float(work.sum(dtype=np.float64)) / rows

        if g is None:
            return LossKernel(value, None)
        scale = p.dtype.type(-1 / rows)

        def backward() -> None:
            np.divide(t, clipped, out=g)
            np.multiply(g, scale, out=g)
            np.equal(p, clipped, out=work)
            np.multiply(g, work, out=g)

        return LossKernel(value, backward)

    def bind_fused(
        self, activation: str, logits: Array, prediction: Array, target: Array, gradient: Array | None
    ) -> LossKernel:
        z, p, t, g = logits, prediction, target, gradient
        rows = p.size // p.shape[-1]
        work = np.empty_like(z)
        row = np.empty((*z.shape[:-1], 1), z.dtype)
        weight = np.empty_like(row)
        largest, total = np.maximum.reduce, np.add.reduce
        subtract, multiply, exp, log = np.subtract, np.multiply, np.exp, np.log

        def value() -> float:
            largest(z, axis=-1, keepdims=True, out=row)
            subtract(z, row, out=work)
            spread = float(np.vdot(work, t))
            exp(work, out=work)
            total(work, axis=-1, keepdims=True, out=row)
            total(t, axis=-1, keepdims=True, out=weight)
            log(row, out=row)
            return (float(np.vdot(row, weight)) - spread) / rows

        if g is None:
            return LossKernel(value, None)
        scale = z.dtype.type(1 / rows)

        def backward() -> None:
            multiply(p, weight, out=g)
            subtract(g, t, out=g)
            multiply(g, scale, out=g)

        return LossKernel(value, backward)
