"""The kernels that give each group of channels of each sample mean 0 and variance 1, over all its places.

Sums over the places are products with a vector, a sample at a time (BLAS). One value per sample and channel is laid out
several times in a row, so that arithmetic with it takes long stretches of memory also where channels are few.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.layers.base import Binding, Kernel
from engine.layers.rows import LONG, divisor
from engine.layers.standardizing import BLOCK_BYTES, parts_of

Array = NDArray[Any]


class _Groups(NamedTuple):
    """How an array (samples, places, channels) is divided: `groups` groups of channels, `block` samples at a time."""

    samples: int
    places: int
    channels: int
    groups: int
    block: int

    @classmethod
    def of(cls, x: Array, groups: int) -> _Groups:
        samples, places, channels = len(x), math.prod(x.shape[1:-1]), x.shape[-1]
        block = max(1, BLOCK_BYTES // (places * channels * x.itemsize))
        return cls(samples, places, channels, groups, min(block, samples))

    @property
    def shape(self) -> Shape:
        return self.samples, self.places, self.channels


class _Spread:
    """Arithmetic between values (n, places, channels) and one value per sample and channel, (n, 1, channels)."""

    def __init__(self, groups: _Groups, room: Callable[[Shape], Array]) -> None:
        self._times = divisor(groups.places, max(LONG // groups.channels, 1))
        self._tile = room((groups.block, self._times, groups.channels))

    def bind(self, ufunc: Callable[..., Any], x: Array, values: Array, out: Array) -> Callable[[], object]:
        """Return a function that writes out = ufunc(x, values)."""
        n, places, channels = x.shape
        wide = (n, places // self._times, self._times * channels)
        tile = self._tile[:n]
        x, line, out, copyto = x.reshape(wide), tile.reshape(n, 1, -1), out.reshape(wide), np.copyto

        def apply() -> None:
            copyto(tile, values)
            ufunc(x, line, out)

        return apply


def _bind_group_means(values: Array, groups: int, sums: Array) -> Callable[[], object]:
    """Return a function that replaces each of `values`, (n, 1, channels), by the mean of its group."""
    n, _, channels = values.shape
    inside, total = values.reshape(n, groups, channels // groups), sums[:n]
    reduce, multiply, copyto, part = (
        np.add.reduce,
        np.multiply,
        np.copyto,
        np.array(groups / channels, values.dtype),
    )

    def average() -> None:
        reduce(inside, axis=2, keepdims=True, out=total)
        multiply(total, part, total)
        copyto(inside, total)

    return _nothing if groups == channels else average


def bind_group_standardizing(binding: Binding, groups: int, epsilon: float) -> Kernel:
    """Return the kernels of y = gamma (x - m) / √(v + epsilon) + beta, m and v over places and channels of a group."""
    g = _Groups.of(binding.inputs[0], groups)
    x, y = (array.reshape(g.shape) for array in (binding.inputs[0], binding.outputs[0]))
    centered, inverse = binding.buffer(g.shape), binding.buffer((g.samples, 1, g.channels))
    factor, sums = binding.scratch((g.block, 1, g.channels)), binding.scratch((g.block, groups, 1))
    spread = _Spread(g, binding.scratch)
    steps = tuple(
        _bind_block(binding.parameters, x[p], y[p], centered[p], inverse[p], factor, sums, spread, epsilon)
        for p in parts_of(g.samples, g.block)
    )

    def forward() -> None:
        for step in steps:
            step()

    if not binding.output_gradients:
        return Kernel(forward)
    return Kernel(forward, _bind_backward(binding, g, centered, inverse))


def _bind_block(
    parameters: Mapping[str, Array],
    x: Array,
    y: Array,
    centered: Array,
    inverse: Array,
    factor: Array,
    sums: Array,
    spread: _Spread,
    epsilon: float,
) -> Callable[[], object]:
    """Return the forward half for some of the samples: `inverse` becomes 1 / √(v + epsilon) of each channel."""
    gamma, beta = parameters.get("gamma"), parameters.get("beta")
    factor = inverse if gamma is None else factor[: len(x)]
    share, tiny = np.full((1, x.shape[1]), 1 / x.shape[1], x.dtype), np.array(epsilon, x.dtype)
    matmul, multiply, add, sqrt, reciprocal = np.matmul, np.multiply, np.add, np.sqrt, np.reciprocal
    average = _bind_group_means(inverse, sums.shape[1], sums)
    center, scale = (
        spread.bind(np.subtract, x, inverse, centered),
        spread.bind(multiply, centered, factor, y),
    )
    shift = _nothing if beta is None else spread.bind(add, y, beta, y)

    def forward() -> None:
        matmul(share, x, inverse)
        average()
        center()
        multiply(centered, centered, y)
        matmul(share, y, inverse)
        average()
        add(inverse, tiny, inverse)
        sqrt(inverse, inverse)
        reciprocal(inverse, inverse)
        if gamma is not None:
            multiply(inverse, gamma, factor)
        scale()
        shift()

    return forward


def _bind_backward(binding: Binding, g: _Groups, centered: Array, inverse: Array) -> Callable[[], object]:
    """Return the backward half. With r = 1 / √(v + epsilon), c = x - m and means over places and channels of a group:
    dx = r gamma dy - r³ c mean(gamma dy c) - r mean(gamma dy); dgamma = sum of dy c r; dbeta = sum of dy."""
    dy, wanted = binding.output_gradients[0].reshape(g.shape), binding.input_gradients[0]
    dx = None if wanted is None else wanted.reshape(g.shape)
    d_gamma, d_beta = binding.gradients.get("gamma"), binding.gradients.get("beta")
    row = (g.samples, 1, g.channels)
    slopes, shifts = binding.buffer(row), binding.buffer(row)
    work = binding.scratch((g.block, g.places, g.channels))
    ones, each = np.ones((1, g.places), dy.dtype), np.ones(g.samples, dy.dtype)
    matmul, multiply, dot = np.matmul, np.multiply, np.dot
    spread_back = _bind_input_gradients(binding, g, (dy, dx, centered, inverse, work, slopes, shifts))
    blocks = tuple(
        (dy[p], centered[p], inverse[p], work[: p.stop - p.start], slopes[p], shifts[p], spread)
        for p, spread in zip(parts_of(g.samples, g.block), spread_back, strict=True)
    )

    def backward() -> None:
        for dy_, centered_, inverse_, work_, slope, shift, spread in blocks:
            multiply(dy_, centered_, work_)
            matmul(ones, work_, slope)
            multiply(slope, inverse_, slope)
            matmul(ones, dy_, shift)
            spread()
        if d_gamma is not None:
            dot(each, slopes[:, 0], d_gamma)
        if d_beta is not None:
            dot(each, shifts[:, 0], d_beta)

    return backward


def _bind_input_gradients(
    binding: Binding, g: _Groups, arrays: tuple[Any, ...]
) -> tuple[Callable[[], object], ...]:
    """Return for each block a function that writes dx from the sums over the places of dy c r and of dy."""
    dy, dx, centered, inverse, work, slopes, shifts = arrays
    parts = parts_of(g.samples, g.block)
    if dx is None:
        return (_nothing,) * len(parts)
    gamma = binding.parameters.get("gamma")
    room = binding.scratch((g.block, 1, g.channels))
    sums, spread = binding.scratch((g.block, g.groups, 1)), _Spread(g, binding.scratch)
    per_place = np.array(1 / g.places, dy.dtype)
    subtract, multiply = np.subtract, np.multiply

    def bind(p: slice) -> Callable[[], object]:
        d, r, slope, shift, n = dx[p], inverse[p], slopes[p], shifts[p], p.stop - p.start
        value, work_ = room[:n], work[:n]
        average = _bind_group_means(value, g.groups, sums)
        slant = spread.bind(multiply, centered[p], value, work_)
        add_shift = spread.bind(np.add, work_, value, work_)
        scale = spread.bind(multiply, dy[p], value, d)

        def mean(total: Array) -> None:
            multiply(total, per_place, value)
            if gamma is not None:
                multiply(value, gamma, value)
            average()
            multiply(value, r, value)

        def write() -> None:
            mean(slope)
            multiply(value, r, value)
            slant()
            mean(shift)
            add_shift()
            if gamma is None:
                np.copyto(value, r)
            else:
                multiply(r, gamma, value)
            scale()
            subtract(d, work_, d)

        return write

    return tuple(bind(p) for p in parts)


def _nothing() -> None:
    """Do nothing."""
