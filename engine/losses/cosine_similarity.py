"""The angle between two vectors, as a loss."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.losses.base import Array, Loss, LossKernel

LEAST = 1e-12
"""The least square of a length that is divided by, as in Keras."""


class CosineSimilarity(Loss, frozen=True):
    """Cosine similarity with its sign turned: -1 where prediction and target point the same way, 1 for opposite ways.

    Formula: L = -(1/N) sum over n of p̂_n · t̂_n, with p̂ = p / |p| and t̂ = t / |t|.
    Gradient: -(t̂ - (p̂ · t̂) p̂) / (N |p|). The lengths play no part.
    Shapes: p and t (N, ..., C); the mean runs over all axes but the last. A vector of length 0 is similar
    to none. Formula as in Keras 3.
    """

    FORMULA: ClassVar[str] = "L = −mean p·t / (|p|·|t|)"

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        p, t, g = prediction, target, gradient
        rows = (*p.shape[:-1], 1)
        unit_p, unit_t, work = np.empty_like(p), np.empty_like(p), np.empty_like(p)
        length, length_t, cosine = (np.empty(rows, p.dtype) for _ in range(3))
        weight = np.full(rows[:-1], 1 / cosine.size, p.dtype) if weights is None else weights
        column, least, vdot = weight[..., None], p.dtype.type(LEAST), np.vdot
        multiply, divide, total = np.multiply, np.divide, np.add.reduce

        def normalize(x: Array, size: Array, unit: Array) -> None:
            multiply(x, x, work)
            total(work, axis=-1, keepdims=True, out=size)
            np.maximum(size, least, out=size)
            np.sqrt(size, size)
            divide(x, size, unit)

        def value() -> float:
            normalize(p, length, unit_p)
            normalize(t, length_t, unit_t)
            multiply(unit_p, unit_t, work)
            total(work, axis=-1, keepdims=True, out=cosine)
            return -float(vdot(cosine, weight))

        if g is None:
            return LossKernel(value, None)

        def backward() -> None:
            multiply(unit_p, cosine, work)
            np.subtract(work, unit_t, work)
            divide(work, length, work)
            multiply(work, column, out=g)

        return LossKernel(value, backward)
