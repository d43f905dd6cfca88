"""The weights of a recurrent cell in one sweep: packed for the steps, and their gradients over all steps at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.recurrent_sweep import Step, Sweep

Array = NDArray[Any]


class Weights:
    """kernel (D, G units), recurrent_kernel (units, G units) and bias of a cell of G gates.

    A cell has its gates in an `order` of its own: place k holds the gate order[k] of the files. `z` (T, N, G units)
    holds x W for all steps, one product before the loop; on the way back, the gradient there takes its place, and one
    product each gives the gradients of the weights. `gates` is z as (T, G, N, units). `u` is the recurrent kernel as
    (G, units, units), so that a step writes each gate in one piece, and `u_back` the transpose of each.
    """

    def __init__(self, sweep: Sweep, prefix: str, order: tuple[int, ...]) -> None:
        binding, units = sweep.binding, sweep.units
        self.sweep, self.order, self.count = sweep, order, len(order)
        self._kernel = binding.parameters[prefix + "kernel"]
        self._recurrent_kernel = binding.parameters[prefix + "recurrent_kernel"]
        self.bias = binding.parameters.get(prefix + "bias")
        self.z = binding.buffer((sweep.steps, sweep.batch, self.count * units))
        self.gates = self._split(self.z).swapaxes(1, 2)
        self.u = binding.buffer((self.count, units, units))
        self._turned = order != tuple(range(self.count))
        self._own_kernel = binding.buffer(self._kernel.shape) if self._turned else self._kernel
        self._drop = None if sweep.recurrent_drop is None else sweep.recurrent_drop[0]
        self._before = sweep.h[:-1] if self._drop is None else binding.buffer(sweep.h[:-1].shape)
        if sweep.trains:
            self.u_back = binding.buffer(self.u.shape)
            self._d_kernel = binding.gradients.get(prefix + "kernel")
            self.d_recurrent = binding.gradients.get(prefix + "recurrent_kernel")
            self.d_bias = binding.gradients.get(prefix + "bias")
            self._ones = np.ones(sweep.steps * sweep.batch, binding.dtype)
            rows = (max(sweep.features, units), self.count * units)
            self._room = binding.scratch(rows) if self._turned else None

    def _split(self, array: Array) -> Array:
        """Return (..., G units) as (..., G, units)."""
        return array.reshape(*array.shape[:-1], self.count, self.sweep.units)

    @staticmethod
    def rows(array: Array) -> Array:
        """Return (T, N, width) as one row for each step of each sample."""
        return array.reshape(-1, array.shape[-1])

    def bias_rows(self) -> Array | None:
        """Return a buffer (G, N, units) for `fill_bias`, or None where there is no bias."""
        if self.bias is None:
            return None
        return self.sweep.binding.buffer((self.count, self.sweep.batch, self.sweep.units))

    def fill_bias(self, into: Array | None, row: Array | None) -> None:
        """Lay biases (G units,) out for every sample, gate by gate in the cell's order."""
        if into is None or row is None:
            return
        by_gate = row.reshape(self.count, 1, -1)
        for place, gate in enumerate(self.order):
            np.copyto(into[place], by_gate[gate])

    def begin(self) -> None:
        """Pack the weights in the cell's order, and compute x W for all steps."""
        recurrent = self._split(self._recurrent_kernel)
        for place, gate in enumerate(self.order):
            np.copyto(self.u[place], recurrent[:, gate])
        if self._turned:
            self._copy_gates(self._kernel, self._own_kernel, back=False)
        np.dot(self.rows(self.sweep.x), self._own_kernel, self.rows(self.z))

    def _copy_gates(self, source: Array, target: Array, *, back: bool) -> None:
        """Copy (..., G units) from the order of the files to the cell's, or back."""
        parts, into = self._split(source), self._split(target)
        for place, gate in enumerate(self.order):
            there, here = (gate, place) if back else (place, gate)
            np.copyto(into[..., there, :], parts[..., here, :])

    def begin_back(self) -> None:
        """Pack the transposes of the recurrent kernel."""
        np.copyto(self.u_back, self.u.swapaxes(1, 2))

    def before(self, t: int) -> tuple[Array, Step]:
        """Return the hidden state that the gates of step t see, and what computes it where part of it is dropped."""
        state, plain, drop = self._before[t], self.sweep.h[t], self._drop
        if drop is None:
            return state, nothing
        multiply = np.multiply
        return state, lambda: multiply(plain, drop, state)

    def after(self, gradient: Array) -> Step:
        """Return what takes a gradient at what the gates see to the state itself."""
        drop, multiply = self._drop, np.multiply
        return nothing if drop is None else lambda: multiply(gradient, drop, gradient)

    def finish(self) -> None:
        """Write the gradient of the kernel, and that of the inputs where it is wanted: z holds those at x W."""
        if self._d_kernel is not None:
            self._product(self.rows(self.sweep.x), self.z, self._d_kernel)
        if self.sweep.dx is not None:
            np.dot(self.rows(self.z), self._own_kernel.T, self.rows(self.sweep.dx))

    def finish_recurrent(self, dz: Array) -> None:
        """Write the gradient of the recurrent kernel from that at h U, (T, N, G units)."""
        if self.d_recurrent is not None:
            self._product(self.all_before(), dz, self.d_recurrent)

    def _product(self, x: Array, dz: Array, out: Array) -> None:
        """Write xᵀ dz, in the order of the files."""
        if self._room is None:
            np.dot(x.T, self.rows(dz), out)
            return
        room = self._room[: len(out)]
        np.dot(x.T, self.rows(dz), room)
        self._copy_gates(room, out, back=True)

    def all_before(self) -> Array:
        """Return what the gates saw of the state before each step, as rows."""
        return self.rows(self._before)

    def sum_rows(self, dz: Array, out: Array | None) -> None:
        """Write the sum of (T, N, G units) over all steps and samples, in the order of the files."""
        if out is None:
            return
        if self._room is None:
            np.dot(self._ones, self.rows(dz), out)
            return
        np.dot(self._ones, self.rows(dz), self._room[0])
        self._copy_gates(self._room[0], out, back=True)


def nothing() -> None:
    """Stand where nothing is to be done."""
