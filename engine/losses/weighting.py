"""Losses whose rows count for different parts: padded steps for nothing, rare classes for more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.losses.base import Array, LossKernel

Write = Callable[[Array], object]


def weighted_kernel(
    prediction: Array,
    gradient: Array | None,
    weights: Array,
    elements: Write,
    slopes: Write,
    *,
    share: float | None = None,
) -> LossKernel:
    """Return the kernels of a loss that is made of one number for each value of the prediction.

    Formula: L = sum over rows r of w_r * share * (sum over k of e_rk); dL/dp_rk = w_r share de_rk/dp_rk.
    `elements` writes e into the array that it is given, `slopes` the derivative (both of the prediction's shape,
    called in this order). `share` is 1 / (size of the last axis) where none is given: the row's loss is a mean.
    `weights` has the prediction's shape without the last axis; it is read anew at every call.
    """
    part = 1 / prediction.shape[-1] if share is None else share
    work, sums = np.empty_like(prediction), np.empty(prediction.shape[:-1], prediction.dtype)
    total, vdot = np.add.reduce, np.vdot

    def value() -> float:
        elements(work)
        total(work, axis=-1, out=sums)
        return part * float(vdot(sums, weights))

    if gradient is None:
        return LossKernel(value, None)
    g, column, multiply, scale = gradient, weights[..., None], np.multiply, prediction.dtype.type(part)

    def backward() -> None:
        slopes(g)
        multiply(g, column, out=g)
        multiply(g, scale, out=g)

    return LossKernel(value, backward)
