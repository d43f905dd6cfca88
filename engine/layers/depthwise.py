"""The kernels behind depthwise convolution: every channel has a small kernel of its own.

There is nothing here for the matrix library to do: a patch of one channel meets one filter. NumPy's einsum multiplies
and adds in one pass over windows that are views of the image. At stride 1 a tap reads whole rows of places and channels
as they lie in memory; its weights are then laid out once for every output column, and passes run along these rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.layers.base import Binding
from engine.layers.convolution import Step, in_turn
from engine.layers.windows import Geometry

Array = NDArray[Any]


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
        self._binding, self._geometry, self._y = binding, geometry, y
        self._kernel = kernel.transpose(3, 0, 1, 2)
        self._bias = bias if bias is None else bias.reshape(-1, kernel.shape[3]).T
        self._padded = Padded(binding, x, geometry)

    def forward(self) -> Step:
        """Return the function that writes y."""
        add = np.add
        lines = _Lines(self._binding, self._kernel, self._geometry.columns.positions)
        steps: list[Step] = [self._padded.fill, lines.lay_out]
        results = _by_multiplier(self._y, len(self._kernel))
        total = results[0] if len(results) == 1 else self._binding.scratch(results[0].shape)
        for which, result in enumerate(results):
            steps.append(self._padded.correlate(lines.lines[which], total))
            if self._bias is not None:
                steps.append(_call(add, total, self._bias[which], out=result))
            elif result is not total:
                steps.append(_call(np.copyto, result, total))
        return in_turn(steps)

    def backward(self, dy: Array, d_kernel: Array | None, dx: Array | None) -> Step:
        """Return the function that writes the gradients that are wanted. It needs x as `forward` left it."""
        steps: list[Step] = []
        given = list(_by_multiplier(dy, len(self._kernel)))
        if len(given) > 1:
            laid_out = self._binding.scratch((len(given), *given[0].shape))
            steps.append(_call(np.copyto, laid_out, _by_multiplier(dy, len(given))))
            given = list(laid_out)
        if d_kernel is not None:
            sums = self._binding.scratch(d_kernel.shape[:3])
            for which, part in enumerate(given):
                windows = self._padded.windows
                steps.append(_call(np.einsum, "nijuvc,nijc->uvc", windows, part, out=sums))
                steps.append(_call(np.copyto, d_kernel[..., which], sums))
        if dx is not None and self._geometry.rows.stride == self._geometry.columns.stride == 1:
            steps += self._turned(given, dx)
        elif dx is not None:
            steps += self._by_taps(given, dx)
        return in_turn(steps)

    def _turned(self, given: list[Array], dx: Array) -> list[Step]:
        """Stride 1: dy convolved with the kernel turned by half a turn."""
        turned = self._geometry.turned
        lines = _Lines(self._binding, self._kernel[:, ::-1, ::-1], turned.columns.positions)
        part = dx if len(given) == 1 else self._binding.scratch(dx.shape)
        steps: list[Step] = [lines.lay_out]
        for which, dy in enumerate(given):
            padded = Padded(self._binding, dy, turned)
            target = part if which else dx
            steps += [padded.fill, padded.correlate(lines.lines[which], target)]
            if which:
                steps.append(_call(np.add, dx, part, out=dx))
        return steps

    def _by_taps(self, given: list[Array], dx: Array) -> list[Step]:
        """Any stride: for each tap, dy times its weights, added where the tap looked."""
        rows, columns = self._geometry
        part = self._binding.scratch(given[0].shape)
        steps: list[Step] = [_call(dx.fill, 0)]
        for which, u, v in np.ndindex(len(given), rows.taps, columns.taps):
            (in_r, out_r), (in_c, out_c) = rows.span(u), columns.span(v)
            place, share = dx[:, in_r, in_c], part[:, out_r, out_c]
            if place.size:
                weights = self._kernel[which, u, v]
                steps.append(_call(np.multiply, given[which][:, out_r, out_c], weights, out=share))
                steps.append(_call(np.add, place, share, out=place))
        return steps


class Padded:
    """Images with their padding, and a view of their windows (N, H', W', k, m, C)."""

    def __init__(self, binding: Binding, x: Array, geometry: Geometry) -> None:
        rows, columns = geometry
        self.fill: Step = _nothing
        padded = x
        if geometry.has_padding:
            padded = binding.buffer((len(x), rows.padded, columns.padded, x.shape[-1]))
            padded.fill(0)
            interior = padded[:, rows.before :, columns.before :][:, : rows.size, : columns.size]
            self.fill = _call(np.copyto, interior, x)
        self.windows = geometry.windows(padded)[0]
        self._by_rows = columns.stride == 1

    def correlate(self, lines: Array, out: Array) -> Step:
        """Return a function that writes in `out` the sums of windows times weights (k, m, columns, C)."""
        if not self._by_rows:
            return _call(np.einsum, "nijuvc,uvc->nijc", self.windows, lines[:, :, 0], out=out)
        n, rows, columns, k, m, channels = self.windows.shape
        steps = self.windows.strides
        along = as_strided(
            self.windows, (n, rows, k, m, columns * channels), (*steps[:2], *steps[3:5], steps[5])
        )
        weights, target = lines.reshape(k, m, -1), out.reshape(n, rows, -1)
        return _call(np.einsum, "niuvx,uvx->nix", along, weights, out=target)


class _Lines:
    """The weights (multiplier, k, m, columns, C), the same for every column; laid out anew in every pass."""

    def __init__(self, binding: Binding, kernel: Array, columns: int) -> None:
        multiplier, k, m, channels = kernel.shape
        self.lines = binding.scratch((multiplier, k, m, columns, channels))
        self.lay_out = _call(np.copyto, self.lines, kernel[:, :, :, None])


def _by_multiplier(y: Array, multiplier: int) -> Array:
    """Return outputs as a view (multiplier, N, H', W', C)."""
    return y.reshape(*y.shape[:3], -1, multiplier).transpose(4, 0, 1, 2, 3)


def _call(function: Any, *arguments: Any, **keywords: Any) -> Step:
    return lambda: function(*arguments, **keywords)


def _nothing() -> None:
    """Do nothing: there is no padding."""
