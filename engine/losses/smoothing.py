"""Label smoothing: targets that leave a little room for doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from engine.losses.base import Array, LossKernel

L = TypeVar("L", bound=Any)


def smoothed(loss: L, target: Array, classes: int, bind: Callable[[L, Array], LossKernel]) -> LossKernel:
    """Return the kernels of `loss` (with a field label_smoothing = s) for targets t (1 - s) + s / classes.

    `bind` makes the kernels of the loss without smoothing for the array that it is given, which every call of the
    kernel's value writes anew from `target`.
    """
    soft, amount = np.empty_like(target), loss.label_smoothing
    keep, part = target.dtype.type(1 - amount), target.dtype.type(amount / classes)
    inner, multiply, add = bind(loss.replace(label_smoothing=0.0), soft), np.multiply, np.add

    def value() -> float:
        multiply(target, keep, out=soft)
        add(soft, part, out=soft)
        return inner.value()

    return LossKernel(value, inner.backward)
