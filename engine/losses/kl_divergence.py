"""How far a distribution is from another."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np

from engine.losses.base import Array, Loss, LossKernel
from engine.losses.categorical_crossentropy import EPSILON, CategoricalCrossentropy


class KLDivergence(Loss, frozen=True):
    """Kullback-Leibler divergence of predicted probabilities from those that are given; 0 where they are equal.

    Formula: L = (1/N) sum over n, c of t_nc ln(t_nc / p_nc). It is the cross-entropy less the targets' own entropy, so
    the gradient is that of the cross-entropy; for one-hot targets the two are the same.
    Shapes: p and t (N, ..., C); the mean runs over all axes but the last. Targets are kept 1e-7 from 0, as in Keras.
    Source: Kullback and Leibler 1951, On information and sufficiency.
    """

    NAME: ClassVar[str] = "kl_divergence"
    FORMULA: ClassVar[str] = "L = Σ t ln(t / p)"
    TARGET: ClassVar[Literal["values", "one_hot", "index"]] = "one_hot"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("softmax",)

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        inner = CategoricalCrossentropy().bind(prediction, target, gradient, weights)
        return _less(inner, _negative_entropy(target, weights))

    def bind_fused(
        self,
        activation: str,
        logits: Array,
        prediction: Array,
        target: Array,
        gradient: Array | None,
        weights: Array | None = None,
    ) -> LossKernel:
        inner = CategoricalCrossentropy().bind_fused(
            activation, logits, prediction, target, gradient, weights
        )
        return _less(inner, _negative_entropy(target, weights))


def _less(inner: LossKernel, negative_entropy: Callable[[], float]) -> LossKernel:
    return LossKernel(lambda: inner.value() + negative_entropy(), inner.backward)


def _negative_entropy(target: Array, weights: Array | None) -> Callable[[], float]:
    work, sums = np.empty_like(target), np.empty(target.shape[:-1], target.dtype)
    least = target.dtype.type(EPSILON)

    def entropy() -> float:
        np.maximum(target, least, out=work)
        np.log(work, out=work)
        np.multiply(work, target, out=work)
        np.add.reduce(work, axis=-1, out=sums)
        return float(sums.sum()) / sums.size if weights is None else float(np.vdot(sums, weights))

    return entropy
