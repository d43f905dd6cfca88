"""The kernels behind pooling: one axis after the other, since the largest of a window is the largest of its rows'.

Arrays here have three axes (outer, along, inner), of which the middle one is pooled. Rows go first: the runs of
memory are long there, and what is left for the columns is smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding
from engine.layers.windows import Axis

Array = NDArray[Any]
Step = Callable[[], object]


class Tap(NamedTuple):
    """One place of the window: where it reads, and the windows for which it does."""

    inputs: tuple[slice, slice]
    outputs: tuple[slice, slice]


def taps_of(axis: Axis) -> list[Tap]:
    """Return the taps of an axis that touch anything; those that all windows have come first."""
    spans = [axis.span(k) for k in range(axis.taps)]
    spans = [(i, o) for i, o in spans if o.stop > o.start]
    spans.sort(key=lambda span: span[1].start - span[1].stop)
    return [Tap((slice(None), i), (slice(None), o)) for i, o in spans]


def tiles(axis: Axis) -> bool:
    """Return whether the windows lie side by side and leave nothing out."""
    return axis.stride == axis.taps and axis.dilation == 1 and axis.positions * axis.taps == axis.size


def bind_combine(ufunc: Any, x: Array, y: Array, axis: Axis) -> Step:
    """Return a function that writes in y the `ufunc` (maximum, add) over each window along the axis.

    The tap that the padding before moves to a window's start is on the image for every window (and so is every tap
    without padding), so the first of `taps_of` fills all of y.
    """
    first, *others = [(x[tap.inputs], y[tap.outputs]) for tap in taps_of(axis)]
    copyto = np.copyto
    if others and others[0][1].shape == y.shape:
        (a, _), (b, _), *others = first, *others

        def combine() -> None:
            ufunc(a, b, out=y)
            for source, target in others:
                ufunc(source, target, out=target)

        return combine

    source_first, target_first = first

    def copy_and_combine() -> None:
        copyto(target_first, source_first)
        for source, target in others:
            ufunc(source, target, out=target)

    return copy_and_combine


def bind_choose(binding: Binding, x: Array, y: Array, dy: Array, dx: Array, axis: Axis) -> Step:
    """Return a function that writes in dx the gradient of a maximum: all of it goes to the first tap that has it."""
    mask, share = binding.scratch(y.shape, bool), binding.scratch(y.shape)
    equal, multiply, subtract, add, copyto = np.equal, np.multiply, np.subtract, np.add, np.copyto
    if axis.taps == 2 and tiles(axis):
        first, second = (tap.inputs for tap in taps_of(axis))
        x_first, dx_first, dx_second = x[first], dx[first], dx[second]

        def choose_of_two() -> None:
            equal(x_first, y, mask)
            multiply(dy, mask, share)
            copyto(dx_first, share)
            subtract(dy, share, dx_second)

        return choose_of_two
    left = binding.scratch(y.shape)
    places = [
        (x[i], dx[i], y[o], mask[o], share[o], left[o])
        for i, o in sorted(taps_of(axis), key=lambda t: t.inputs[1].start)
    ]

    def choose() -> None:
        dx.fill(0)
        copyto(left, dy)
        for source, d_source, largest, here, part, rest in places:
            equal(source, largest, here)
            multiply(rest, here, part)
            add(d_source, part, d_source)
            subtract(rest, part, rest)

    return choose


def bind_spread(dy: Array, dx: Array, axis: Axis) -> Step:
    """Return a function that writes in dx the gradient of a sum: every tap of a window gets all of it."""
    places = [(dx[tap.inputs], dy[tap.outputs]) for tap in taps_of(axis)]
    copyto, add = np.copyto, np.add
    if tiles(axis):

        def copy() -> None:
            for target, source in places:
                copyto(target, source)

        return copy

    def spread() -> None:
        dx.fill(0)
        for target, source in places:
            add(target, source, target)

    return spread


def filled(axis: Axis) -> list[int]:
    """Return how many taps of each window lie on the image."""
    spans = [axis.span(k)[1] for k in range(axis.taps)]
    return [sum(s.start <= w < s.stop for s in spans) for w in range(axis.positions)]
