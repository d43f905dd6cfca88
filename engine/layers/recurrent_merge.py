"""What comes out of a recurrent layer: of one direction, or of both merged into one."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding, Kernel
from engine.layers.recurrent_sweep import Cell, Step, Sweep

Array = NDArray[Any]
MergeMode = Literal["concat", "sum", "mul", "ave"]


def bind_directions(
    binding: Binding, sweeps: list[tuple[Sweep, Cell]], *, whole: bool, mode: MergeMode, reach: int
) -> Kernel:
    """Return the kernels of a layer of one sweep or two. `whole`: the state after every step comes out."""
    outlets = [Outlet(sweep, whole=whole, both=len(sweeps) == 2) for sweep, _ in sweeps]
    merge, merge_back, shares = _bind_merge(binding, outlets, mode, whole=whole)
    forward = [sweep.forward_steps(cell) for sweep, cell in sweeps]
    finals = [pair for sweep, _ in sweeps for pair in sweep.final_states()]
    copyto = np.copyto

    def run() -> None:
        for step in forward:
            step()
        for outlet in outlets:
            outlet.show()
        merge()
        for out, state in finals:
            copyto(out, state)

    if not binding.output_gradients:
        return Kernel(run)
    given = [outlet.bind_back(share) for outlet, share in zip(outlets, shares, strict=True)]
    backward = [
        sweep.backward_steps(cell, gradient, whole=whole, reach=reach)
        for (sweep, cell), gradient in zip(sweeps, given, strict=True)
    ]
    inputs = _bind_input_gradient(binding, [sweep for sweep, _ in sweeps])

    def run_back() -> None:
        merge_back()
        for outlet in outlets:
            outlet.show_back()
        for step in backward:
            step()
        inputs()

    return Kernel(run, run_back, through_time=tuple(sweep.gradient_in_time() for sweep, _ in sweeps))


class Outlet:
    """What one sweep shows: `value` (T, N, units) in the order of time, or (N, units), the last state.

    Where something is masked, some states do not come out, as in Keras: of both directions together, padded steps give
    0; of a single one, so do those before the first real step. `factor` (T, N, 1) has a 0 there.
    """

    def __init__(self, sweep: Sweep, *, whole: bool, both: bool) -> None:
        self._turned = sweep.backwards and both and whole
        self._factor = sweep.real if both and whole else sweep.started()
        self._plain = sweep.h[1:]
        self._sweep = sweep
        if not whole:
            self._plain = self._plain[-1]
            self._factor = None if self._factor is None else self._factor[-1]
        self._shown = self._plain if self._factor is None else sweep.binding.buffer(self._plain.shape)
        self.value = self._in_time(self._shown)

    def _in_time(self, array: Array) -> Array:
        return array[::-1] if self._turned else array

    def show(self) -> None:
        """Compute `value`."""
        if self._factor is not None:
            np.multiply(self._plain, self._factor, out=self._shown)

    def bind_back(self, share: Array) -> Array:
        """Return where the sweep finds the gradient, in its own order, when it is `share` at the value."""
        self._share = self._in_time(share)
        self._given = self._share if self._factor is None else self._sweep.binding.buffer(self._plain.shape)
        return self._given

    def show_back(self) -> None:
        """Take the gradient to the states."""
        if self._factor is not None:
            np.multiply(self._share, self._factor, out=self._given)


def _bind_merge(
    binding: Binding, outlets: list[Outlet], mode: MergeMode, *, whole: bool
) -> tuple[Step, Step, list[Array]]:
    """Return the steps of the merge forward and backward, and where the latter leaves each outlet's gradient."""
    y = binding.outputs[0].swapaxes(0, 1) if whole else binding.outputs[0]
    dy = None
    if binding.output_gradients:
        dy = binding.output_gradients[0].swapaxes(0, 1) if whole else binding.output_gradients[0]
    if len(outlets) == 1 or mode == "concat":
        return _side_by_side(outlets, y, dy)
    first, second = outlets[0].value, outlets[1].value
    half = np.array(0.5, binding.dtype)
    combine = np.multiply if mode == "mul" else np.add

    def forward() -> None:
        combine(first, second, out=y)
        if mode == "ave":
            np.multiply(y, half, out=y)

    if dy is None:
        return forward, _nothing, []
    if mode == "sum":
        return forward, _nothing, [dy, dy]
    shares = [binding.buffer(first.shape), binding.buffer(first.shape)]

    def backward() -> None:
        np.multiply(dy, second if mode == "mul" else half, out=shares[0])
        np.multiply(dy, first if mode == "mul" else half, out=shares[1])

    return forward, backward, shares


def _side_by_side(outlets: list[Outlet], y: Array, dy: Array | None) -> tuple[Step, Step, list[Array]]:
    units = outlets[0].value.shape[-1]
    columns = [slice(place * units, (place + 1) * units) for place in range(len(outlets))]
    pairs = [(y[..., part], outlet.value) for part, outlet in zip(columns, outlets, strict=True)]

    def forward() -> None:
        for into, value in pairs:
            np.copyto(into, value)

    return forward, _nothing, [] if dy is None else [dy[..., part] for part in columns]


def _bind_input_gradient(binding: Binding, sweeps: list[Sweep]) -> Step:
    dx = binding.input_gradients[0]
    if dx is None:
        return _nothing
    pairs = [(sweep.in_order(dx), sweep.dx) for sweep in sweeps if sweep.dx is not None]
    (first, share), others = pairs[0], pairs[1:]

    def step() -> None:
        np.copyto(first, share)
        for into, more in others:
            np.add(into, more, out=into)

    return step


def _nothing() -> None:
    """Stand where nothing is to be done."""
