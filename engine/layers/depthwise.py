"""The kernels behind depthwise convolution: every channel has a small kernel of its own.

There is nothing here for the matrix library to do (a patch of one channel meets one filter), so work goes tap by tap,
each a product over whole rows of places and channels, in blocks of samples that stay in the processor's cache.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding
from engine.layers.convolution import Step, in_turn
from engine.layers.windows import Geometry

Array = NDArray[Any]
BLOCK_BYTES = 1 << 18
"""Outputs of one block take up to this much memory, or that of one sample."""


class Tap(NamedTuple):
    """One tap of the kernel: its number, the places of x that it reads, and the windows for which it does."""

    number: int
    inputs: tuple[slice, ...]
    windows: tuple[slice, ...]
    columns: slice


class Depthwise:
    """Depthwise convolution of x (N, H, W, C) with a kernel (k, m, C, multiplier) to y (N, H', W', C multiplier)."""

    def __init__(
        self,
        binding: Binding,
        x: Array,
        kernel: Array,
        y: Array,
        geometry: Geometry,
        bias: Array | None = None,
    ) -> None:
        k, m, channels, multiplier = kernel.shape
        self._binding, self._x, self._y = binding, x, y
        self._shape = (*geometry.output, channels)
        self._multiplier = multiplier
        # A row of each tap's weights, one for every output column: products then run over long stretches of memory.
        self._lines = binding.buffer((k * m, multiplier, geometry.columns.positions, channels))
        self._weights = kernel.reshape(k * m, channels, multiplier).transpose(0, 2, 1)[:, :, None]
        self._bias = bias if bias is None else bias.reshape(channels, multiplier).T
        self._taps = list(_taps(geometry))
        self._count = max(1, min(len(x), BLOCK_BYTES // (int(np.prod(self._shape)) * x.itemsize)))
        starts = range(0, len(x), self._count)
        self._blocks = [slice(first, min(first + self._count, len(x))) for first in starts]

    def forward(self) -> Step:
        """Return the function that writes y. It lays out the weights, which `backward` needs too."""
        room = self._binding.scratch((2, self._count, *self._shape))
        copyto, lines, weights = np.copyto, self._lines, self._weights
        steps: list[Step] = [lambda: copyto(lines, weights)]
        for samples in self._blocks:
            x, y = self._x[samples], self._by_multiplier(self._y[samples])
            for which in range(self._multiplier):
                part, total = room[0, : len(x)], room[1, : len(x)]
                target = y[which] if self._multiplier == 1 else total
                steps.append(_begin(target, None if self._bias is None else self._bias[which]))
                for tap in self._taps:
                    line = lines[tap.number, which, tap.columns]
                    steps.append(_add_product(x[tap.inputs], line, part[tap.windows], target[tap.windows]))
                if target is total:
                    steps.append(_copy(y[which], total))
        return in_turn(steps)

    def backward(self, dy: Array, d_kernel: Array | None, dx: Array | None) -> Step:
        """Return the function that writes the gradients that are wanted."""
        steps: list[Step] = []
        room = self._binding.scratch((2, self._count, *self._shape))
        sums = None
        if d_kernel is not None:
            sums = self._binding.scratch((len(self._blocks), *self._lines.shape[:2], self._shape[-1]))
            sums_of_unread = sums
            steps.append(lambda: sums_of_unread.fill(0))
        for block, samples in enumerate(self._blocks):
            by_multiplier, x = self._by_multiplier(dy[samples]), self._x[samples]
            if dx is not None:
                steps.append(_begin(dx[samples], None))
            for which in range(self._multiplier):
                part, given = room[0, : len(x)], by_multiplier[which]
                if self._multiplier > 1:
                    given = room[1, : len(x)]
                    steps.append(_copy(given, by_multiplier[which]))
                for tap in self._taps:
                    seen = given[tap.windows]
                    if dx is not None:
                        line = self._lines[tap.number, which, tap.columns]
                        target = dx[samples][tap.inputs]
                        steps.append(_add_product(seen, line, part[tap.windows], target))
                    if sums is not None:
                        dense = part.reshape(-1)[: seen.size].reshape(seen.shape)
                        steps.append(_sum_product(x[tap.inputs], seen, dense, sums[block, tap.number, which]))
        if d_kernel is not None and sums is not None:
            taps = d_kernel.reshape(len(self._lines), -1, self._multiplier).transpose(0, 2, 1)
            total, add = sums, np.add
            steps.append(lambda: add.reduce(total, axis=0, out=taps))
        return in_turn(steps)

    def _by_multiplier(self, y: Array) -> Array:
        """Return outputs as a view (multiplier, N, H', W', C)."""
        return y.reshape(*y.shape[:3], -1, self._multiplier).transpose(4, 0, 1, 2, 3)


def _taps(geometry: Geometry) -> list[Tap]:
    every = slice(None)
    found = []
    for u in range(geometry.rows.taps):
        for v in range(geometry.columns.taps):
            (in_r, out_r), (in_c, out_c) = geometry.rows.span(u), geometry.columns.span(v)
            if out_r.stop > out_r.start and out_c.stop > out_c.start:
                index = u * geometry.columns.taps + v
                found.append(Tap(index, (every, in_r, in_c), (every, out_r, out_c), out_c))
    return found


def _begin(target: Array, bias: Array | None) -> Step:
    if bias is None:
        return lambda: target.fill(0)
    return _copy(target, bias)


def _copy(target: Array, source: Array) -> Step:
    copyto = np.copyto
    return lambda: copyto(target, source)


def _add_product(a: Array, b: Array, part: Array, target: Array) -> Step:
    multiply, add = np.multiply, np.add

    def run() -> None:
        multiply(a, b, part)
        add(target, part, target)

    return run


def _sum_product(a: Array, b: Array, part: Array, target: Array) -> Step:
    multiply, dot = np.multiply, np.dot
    rows = part.reshape(-1, part.shape[-1])
    ones = np.ones(len(rows), part.dtype)

    def run() -> None:
        multiply(a, b, part)
        dot(ones, rows, target)

    return run
