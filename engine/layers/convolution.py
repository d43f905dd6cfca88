"""The kernels behind convolutions: patches as a matrix, one product, and the way back from patches to the image.

Arrays are images (N, H, W, C); a kernel is (height, width, C / groups, filters), group after group of filters. Work
goes in blocks of samples whose patches fit in a processor's second cache. Measured with one BLAS thread on images from
8x8x16 to 28x28x32 and 7x7x128: products of such blocks run at the library's full speed, and where the stride is 1 the
gradient of the input is quickest as a convolution of the gradient with the turned kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding
from engine.layers.windows import Geometry

Array = NDArray[Any]
Step = Callable[[], object]

SHORT = 9
"""Up to this many neighbouring values per kernel row, patches are laid out tap by tap: the runs to copy are longer."""
BLOCK_BYTES = 1 << 20
"""Patches of one block take up to this much memory, or that of one sample."""


class Patches:
    """The patches of images as the rows of a matrix (groups, places, taps x channels), written block by block.

    With `keep` all of them last until the backward pass has used them, else each block is written over the one before.
    For a 1x1 kernel they are the images themselves. `blocks` has, for each block, its samples, its part of the matrix,
    and the copies that fill it.
    """

    def __init__(
        self, binding: Binding, x: Array, geometry: Geometry, groups: int = 1, *, keep: bool = False
    ) -> None:
        rows, columns = geometry
        batch, channels = len(x), x.shape[-1]
        area = rows.positions * columns.positions
        self.width = rows.taps * columns.taps * channels // groups
        self.blocks: list[tuple[slice, Array, list[tuple[Array, Array]]]] = []
        if geometry.pointwise:
            self.matrix = x.reshape(batch * area, groups, -1).transpose(1, 0, 2)
            self.blocks.append((slice(0, batch), self.matrix, []))
            return
        per_sample = area * self.width * groups * x.itemsize
        count = max(1, min(batch, BLOCK_BYTES // per_sample))
        room = binding.buffer if keep else binding.scratch
        held = batch if keep else count
        flat = columns.taps * channels // groups <= SHORT
        if flat:
            whole = room((groups, self.width, held * area)).transpose(0, 2, 1)
        else:
            whole = room((groups, held * area, self.width))
        self.matrix = whole
        padded = None
        if geometry.has_padding:
            padded = binding.buffer((count, rows.padded, columns.padded, channels))
            padded.fill(0)
        for first in range(0, batch, count):
            last = min(first + count, batch)
            start = first if keep else 0
            part = whole[:, start * area : (start + last - first) * area]
            source, copies = x[first:last], []
            if padded is not None:
                source = padded[: last - first]
                interior = source[:, rows.before :, columns.before :][:, : rows.size, : columns.size]
                copies.append((interior, x[first:last]))
            copies.append(_as_windows(part, geometry.windows(source, groups), flat))
            self.blocks.append((slice(first, last), part, copies))

    def fill(self) -> Step:
        """Return a function that writes all blocks: patches that are kept, and nothing else."""
        return in_turn([_copy(target, source) for _, _, copies in self.blocks for target, source in copies])


def _as_windows(part: Array, windows: Array, flat: bool) -> tuple[Array, Array]:
    """Return (target, source) of the copy that writes windows as rows of `part`; laid out by taps where `flat`."""
    groups, n, r, c, k, m, share = windows.shape
    if not flat:
        return part.reshape(windows.shape), windows
    by_taps = part.transpose(0, 2, 1)
    target = np.lib.stride_tricks.as_strided(
        by_taps,
        (groups, k, m, share, n, r, c),
        (
            by_taps.strides[0],
            *(by_taps.strides[1] * step for step in (m * share, share, 1)),
            *(by_taps.strides[2] * step for step in (r * c, c, 1)),
        ),
    )
    return target, windows.transpose(0, 4, 5, 6, 1, 2, 3)


def grouped(rows: Array, groups: int) -> Array:
    """Return images or a matrix (..., channels) as a view (groups, rows, channels / groups)."""
    return rows.reshape(-1, groups, rows.shape[-1] // groups).transpose(1, 0, 2)


def product(a: Array, b: Array, out: Array) -> Step:
    """Return a function that multiplies two stacks of matrices, with the quicker call where there is only one."""
    dot, matmul = np.dot, np.matmul
    if len(a) > 1:
        return lambda: matmul(a, b, out=out)
    a, b, out = a[0], b[0], out[0]
    if out.flags.c_contiguous and a.flags.forc and b.flags.forc:
        return lambda: dot(a, b, out)
    return lambda: matmul(a, b, out=out)


def bind_correlation(
    patches: Patches,
    matrix: Array,
    y: Array,
    groups: int = 1,
    bias: Bias | None = None,
) -> Step:
    """Return a function that writes y: patches times `matrix` (groups, width, filters / groups), and the bias."""
    steps: list[Step] = [] if bias is None else [bias.lay_out]
    for samples, part, copies in patches.blocks:
        steps += [_copy(target, source) for target, source in copies]
        steps.append(product(part, matrix, grouped(y[samples], groups)))
        if bias is not None:
            steps.append(bias.adder(samples))
    return in_turn(steps)


def bind_input_gradient(
    binding: Binding, dy: Array, kernel: Array, dx: Array, geometry: Geometry, groups: int = 1
) -> Step:
    """Return a function that writes dx, the transposed convolution of dy with the kernel."""
    if geometry.pointwise:
        weights = grouped(kernel.reshape(-1, kernel.shape[-1]), groups).transpose(0, 2, 1)
        return product(grouped(dy, groups), weights, grouped(dx, groups))
    rows, columns = geometry
    if dx.shape[-1] // groups * columns.taps <= SHORT:
        return _bind_by_patches(binding, dy, kernel, dx, geometry, groups)
    if rows.stride == columns.stride == 1:
        return _bind_turned(binding, dy, kernel, dx, geometry, groups)
    return _bind_by_taps(binding, dy, kernel, dx, geometry, groups)


def _bind_turned(
    binding: Binding, dy: Array, kernel: Array, dx: Array, geometry: Geometry, groups: int
) -> Step:
    """Stride 1: convolve dy with the kernel turned by half a turn, channels and filters exchanged."""
    k, m, share, filters = kernel.shape
    patches = Patches(binding, dy, geometry.turned, groups)
    turned = binding.scratch((groups, k, m, filters // groups, share))
    source = kernel[::-1, ::-1].reshape(k, m, share, groups, -1).transpose(3, 0, 1, 4, 2)
    run = bind_correlation(patches, turned.reshape(groups, -1, share), dx, groups)
    copyto = np.copyto

    def spread() -> None:
        copyto(turned, source)
        run()

    return spread


def _bind_by_taps(
    binding: Binding, dy: Array, kernel: Array, dx: Array, geometry: Geometry, groups: int
) -> Step:
    """Any stride: for each tap, dy times the tap's weights, added where the tap looked."""
    share = binding.scratch((*dy.shape[:3], dx.shape[-1]))
    add, by_group = np.add, grouped(dy, groups)
    steps: list[Step] = [lambda: dx.fill(0)]
    for u, v, place, windows in _places(dx, geometry):
        weights = grouped(kernel[u, v], groups).transpose(0, 2, 1)
        steps += [product(by_group, weights, grouped(share, groups)), _add(add, place, share[windows])]
    return in_turn(steps)


def _bind_by_patches(
    binding: Binding, dy: Array, kernel: Array, dx: Array, geometry: Geometry, groups: int
) -> Step:
    """Few channels: the gradients of all patches at once, laid out tap by tap, then added where each looked."""
    (batch, r, c, _), (k, m, share, filters) = dy.shape, kernel.shape
    count = max(1, min(batch, BLOCK_BYTES // (r * c * k * m * dx.shape[-1] * dx.itemsize)))
    weights = grouped(kernel.reshape(-1, filters), groups)
    room = binding.scratch((groups, k * m * share, count * r * c))
    steps: list[Step] = []
    for first in range(0, batch, count):
        last = min(first + count, batch)
        target = dx[first:last]
        part = room.reshape(-1)[: groups * k * m * share * (last - first) * r * c]
        part = part.reshape(groups, k * m * share, -1)
        steps += [_fill(target), product(weights, grouped(dy[first:last], groups).transpose(0, 2, 1), part)]
        taps = part.reshape(groups, k, m, share, last - first, r, c).transpose(1, 2, 4, 5, 6, 0, 3)
        for u, v, place, windows in _places(target, geometry):
            source = taps[u, v][windows]
            steps.append(_add(np.add, place.reshape(source.shape), source))
    return in_turn(steps)


def _places(dx: Array, geometry: Geometry) -> list[tuple[int, int, Array, tuple[slice, ...]]]:
    """Return (u, v, the view of dx that tap u, v reads, the windows for which it does) where it reads anything."""
    found: list[tuple[int, int, Array, tuple[slice, ...]]] = []
    for u in range(geometry.rows.taps):
        for v in range(geometry.columns.taps):
            (inputs_r, outputs_r), (inputs_c, outputs_c) = geometry.rows.span(u), geometry.columns.span(v)
            place = dx[:, inputs_r, inputs_c]
            if place.size:
                found.append((u, v, place, (slice(None), outputs_r, outputs_c)))
    return found


def bind_kernel_gradient(patches: Patches, dy: Array, d_kernel: Array, groups: int = 1) -> Step:
    """Return a function that writes the gradient of the kernel: patches, transposed, times dy. Needs all patches."""
    target = grouped(d_kernel.reshape(patches.width, -1), groups)
    return product(patches.matrix.transpose(0, 2, 1), grouped(dy, groups), target)


class Bias:
    """The bias of each filter. It is laid out once per image row, to be added over long stretches of memory."""

    def __init__(self, binding: Binding, y: Array) -> None:
        self._bias = binding.parameters["bias"]
        self._line = binding.buffer((y.shape[2], y.shape[3]))
        self._y = y

    def lay_out(self) -> None:
        """Copy the bias to its line. To be called first in each forward pass."""
        np.copyto(self._line, self._bias)

    def adder(self, samples: slice) -> Step:
        """Return a function that adds the bias to some samples."""
        lines, line = self._y[samples].reshape(-1, self._line.size), self._line.reshape(-1)
        return _add(np.add, lines, line)


def bind_bias_gradient(dy: Array, d_bias: Array) -> Step:
    """Return a function that writes the sum of dy over samples and places."""
    rows = dy.reshape(-1, dy.shape[-1])
    ones, dot = np.ones(len(rows), rows.dtype), np.dot
    return lambda: dot(ones, rows, d_bias)


def in_turn(steps: list[Step]) -> Step:
    """Return a function that runs `steps` one after the other."""
    if len(steps) == 1:
        return steps[0]
    fixed = tuple(steps)

    def run() -> None:
        for step in fixed:
            step()

    return run


def _copy(target: Array, source: Array) -> Step:
    copyto = np.copyto
    return lambda: copyto(target, source)


def _fill(target: Array) -> Step:
    return lambda: target.fill(0)


def _add(add: Any, target: Array, source: Array) -> Step:
    return lambda: add(target, source, target)
