"""The kernels that give each group of channels of each sample mean 0 and variance 1, over all its places.

Sums over the places are products with a vector, a sample at a time (BLAS). One value per sample and channel is laid out
several times in a row, so that arithmetic with it takes long stretches of memory also where channels are few.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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

    def apply(self, ufunc: Callable[..., Any], x: Array, values: Array, out: Array) -> None:
        """Write out = ufunc(x, values)."""
        n, places, channels = x.shape
        wide = (n, places // self._times, self._times * channels)
        tile = self._tile[:n]
        np.copyto(tile, values)
        ufunc(x.reshape(wide), tile.reshape(n, 1, -1), out.reshape(wide))


def _group_means(values: Array, groups: int, sums: Array, out: Array) -> None:
    """Write to each channel of (n, 1, channels) the mean of `values` over its group; `out` may be `values`."""
    n, _, channels = values.shape
    inside = (n, groups, channels // groups)
    total = sums[:n]
    np.add.reduce(values.reshape(inside), axis=2, keepdims=True, out=total)
    np.multiply(total, groups / channels, out=total)
    np.copyto(out.reshape(inside), total)


def bind_group_standardizing(binding: Binding, groups: int, epsilon: float) -> Kernel:
    """Return the kernels of y = gamma (x - m) / √(v + epsilon) + beta, m and v over places and channels of a group."""
    g = _Groups.of(binding.inputs[0], groups)
    x, y = (array.reshape(g.shape) for array in (binding.inputs[0], binding.outputs[0]))
    gamma, beta = binding.parameters.get("gamma"), binding.parameters.get("beta")
    centered, inverse = binding.buffer(g.shape), binding.buffer((g.samples, 1, g.channels))
    factor, sums = binding.scratch((g.block, 1, g.channels)), binding.scratch((g.block, groups, 1))
    spread = _Spread(g, binding.scratch)
    share, tiny = np.full((1, g.places), 1 / g.places, x.dtype), np.array(epsilon, x.dtype)
    matmul, subtract, multiply, add = np.matmul, np.subtract, np.multiply, np.add
    sqrt, reciprocal = np.sqrt, np.reciprocal
    blocks = tuple(
        (x[p], y[p], centered[p], inverse[p], factor[: p.stop - p.start])
        for p in parts_of(g.samples, g.block)
    )

    def forward() -> None:
        for x_, y_, centered_, inverse_, factor_ in blocks:
            matmul(share, x_, inverse_)
            _group_means(inverse_, groups, sums, inverse_)
            spread.apply(subtract, x_, inverse_, centered_)
            multiply(centered_, centered_, y_)
            matmul(share, y_, inverse_)
            _group_means(inverse_, groups, sums, inverse_)
            add(inverse_, tiny, inverse_)
            sqrt(inverse_, inverse_)
            reciprocal(inverse_, inverse_)
            if gamma is None:
                spread.apply(multiply, centered_, inverse_, y_)
            else:
                multiply(inverse_, gamma, factor_)
                spread.apply(multiply, centered_, factor_, y_)
            if beta is not None:
                spread.apply(add, y_, beta, y_)

    if not binding.output_gradients:
        return Kernel(forward)
    return Kernel(forward, _bind_backward(binding, g, centered, inverse))


def _bind_backward(binding: Binding, g: _Groups, centered: Array, inverse: Array) -> Callable[[], object]:
    """Return the backward half. With r = 1 / √(v + epsilon), c = x - m and means over places and channels of a group:
    dx = r gamma dy - r³ c mean(gamma dy c) - r mean(gamma dy); dgamma = sum of dy c r; dbeta = sum of dy."""
    dy, wanted = binding.output_gradients[0].reshape(g.shape), binding.input_gradients[0]
    dx = None if wanted is None else wanted.reshape(g.shape)
    gamma = binding.parameters.get("gamma")
    d_gamma, d_beta = binding.gradients.get("gamma"), binding.gradients.get("beta")
    row = (g.samples, 1, g.channels)
    slopes, shifts = binding.buffer(row), binding.buffer(row)
    work, values = binding.scratch((g.block, g.places, g.channels)), binding.scratch((g.block, 1, g.channels))
    sums, spread = binding.scratch((g.block, g.groups, 1)), _Spread(g, binding.scratch)
    ones, per_place = np.ones((1, g.places), dy.dtype), np.array(1 / g.places, dy.dtype)
    matmul, subtract, multiply, add, dot = np.matmul, np.subtract, np.multiply, np.add, np.dot
    each = np.ones(g.samples, dy.dtype)
    blocks = tuple(
        (p, dy[p], centered[p], inverse[p], work[:n], values[:n], slopes[p], shifts[p])
        for p in parts_of(g.samples, g.block)
        for n in (p.stop - p.start,)
    )

    def mean(total: Array, out: Array) -> None:
        multiply(total, per_place, out)
        if gamma is not None:
            multiply(out, gamma, out)
        _group_means(out, g.groups, sums, out)

    def spread_back(
        d: Array,
        dy_: Array,
        centered_: Array,
        inverse_: Array,
        work_: Array,
        value: Array,
        slope: Array,
        shift: Array,
    ) -> None:
        mean(slope, value)
        multiply(value, inverse_, value)
        multiply(value, inverse_, value)
        spread.apply(multiply, centered_, value, work_)
        mean(shift, value)
        multiply(value, inverse_, value)
        spread.apply(add, work_, value, work_)
        if gamma is None:
            spread.apply(multiply, dy_, inverse_, d)
        else:
            multiply(inverse_, gamma, value)
            spread.apply(multiply, dy_, value, d)
        subtract(d, work_, d)

    def backward() -> None:
        for p, dy_, centered_, inverse_, work_, value, slope, shift in blocks:
            multiply(dy_, centered_, work_)
            matmul(ones, work_, slope)
            multiply(slope, inverse_, slope)
            matmul(ones, dy_, shift)
            if dx is not None:
                spread_back(dx[p], dy_, centered_, inverse_, work_, value, slope, shift)
        if d_gamma is not None:
            dot(each, slopes[:, 0], d_gamma)
        if d_beta is not None:
            dot(each, shifts[:, 0], d_beta)

    return backward
