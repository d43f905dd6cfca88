"""The activations inside a recurrent cell: bound to one step's arrays, without memory of their own where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.fields import ComponentValue
from engine.core.registry import family
from engine.layers.base import Kernel

Array = NDArray[Any]
Step = Callable[[], object]


class Gate:
    """An activation for arrays of one shape, step by step.

    tanh and the logistic function need no more than their result to go back, so they work in place and share one
    piece of scratch memory over all steps. Every other activation keeps what went into it: `keeps_input`.
    """

    def __init__(self, value: ComponentValue, scratch: Array) -> None:
        self._activation = family("activation").get(value)
        self._name = self._activation.NAME
        self._work = scratch
        self._kernels: dict[tuple[str, int], Kernel] = {}
        self.keeps_input = self._name not in ("tanh", "sigmoid")

    def bind(self, t: int, z: Array, a: Array, use: str = "") -> Step:
        """Return what writes a = f(z) at step t; `use` tells several uses in one step apart. z may be a, unless
        `keeps_input`."""
        if self._name == "tanh":
            return _tanh(z, a)
        if self._name == "sigmoid":
            return _sigmoid(z, a)
        kernel = self._activation.bind(z, a, self._work, self._work)
        self._kernels[use, t] = kernel
        return kernel.forward

    def bind_back(self, t: int, a: Array, da: Array, dz: Array, use: str = "") -> Step:
        """Return what writes dz = da f'(z) of the same step. dz may be da, and may be z."""
        work = self._work
        if self._name == "tanh":
            return _tanh_back(a, da, dz, work)
        if self._name == "sigmoid":
            return _sigmoid_back(a, da, dz, work)
        back, copyto = self._kernels[use, t].backward, np.copyto

        def backward() -> None:
            if back is None:
                dz.fill(0)
                return
            copyto(work, da)
            back()
            copyto(dz, work)

        return backward


def _tanh(z: Array, a: Array) -> Step:
    tanh = np.tanh

    def forward() -> None:
        tanh(z, a)

    return forward


def _sigmoid(z: Array, a: Array) -> Step:
    multiply, tanh, add, half = np.multiply, np.tanh, np.add, np.array(0.5, z.dtype)

    def forward() -> None:
        multiply(z, half, a)
        tanh(a, a)
        multiply(a, half, a)
        add(a, half, a)

    return forward


def _tanh_back(a: Array, da: Array, dz: Array, work: Array) -> Step:
    multiply, subtract, one = np.multiply, np.subtract, np.array(1, a.dtype)

    def backward() -> None:
        multiply(a, a, work)
        subtract(one, work, work)
        multiply(da, work, dz)

    return backward


def _sigmoid_back(a: Array, da: Array, dz: Array, work: Array) -> Step:
    multiply, subtract, one = np.multiply, np.subtract, np.array(1, a.dtype)

    def backward() -> None:
        subtract(one, a, work)
        multiply(work, a, work)
        multiply(da, work, dz)

    return backward
