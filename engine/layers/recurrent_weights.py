"""The weights of a recurrent cell in one sweep: packed for the steps, and their gradients over all steps at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.recurrent_sweep import Step, Sweep

Array = NDArray[Any]


class Weights:
    """kernel (D, G units), recurrent_kernel (units, G units) and bias of a cell of G gates.

    `z` (T, N, G units) holds x W for all steps, one product before the loop; on the way back, the gradient there takes
    its place, and one product each gives the gradients of the weights. `gates` is z as (T, G, N, units). `u` is the
    recurrent kernel as (G, units, units) in the cell's own `order` of the gates, so that a step writes each gate in one
    piece; `u_back` (G units, units) is its transpose, in the order of files.
    """

    def __init__(self, sweep: Sweep, prefix: str, order: tuple[int, ...]) -> None:
        binding, units = sweep.binding, sweep.units
        self.sweep, self.order, self.count = sweep, order, len(order)
        self.kernel = binding.parameters[prefix + "kernel"]
        self.recurrent_kernel = binding.parameters[prefix + "recurrent_kernel"]
        self.bias = binding.parameters.get(prefix + "bias")
        self.z = binding.buffer((sweep.steps, sweep.batch, self.count * units))
        self.gates = self.z.reshape(sweep.steps, sweep.batch, self.count, units).transpose(0, 2, 1, 3)
        self.u = binding.buffer((self.count, units, units))
        self._by_gate = self.recurrent_kernel.reshape(units, self.count, units).transpose(1, 0, 2)
        self._drop = None if sweep.recurrent_drop is None else sweep.recurrent_drop[0]
        self._before = sweep.h[:-1] if self._drop is None else binding.buffer(sweep.h[:-1].shape)
        if sweep.trains:
            self.u_back = binding.buffer((self.count * units, units))
            self._d_kernel = binding.gradients.get(prefix + "kernel")
            self.d_recurrent = binding.gradients.get(prefix + "recurrent_kernel")
            self.d_bias = binding.gradients.get(prefix + "bias")
            self._ones = np.ones(sweep.steps * sweep.batch, binding.dtype)

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
        """Pack the recurrent kernel, and compute x W for all steps."""
        for place, gate in enumerate(self.order):
            np.copyto(self.u[place], self._by_gate[gate])
        np.dot(self.rows(self.sweep.x), self.kernel, self.rows(self.z))

    def begin_back(self) -> None:
        """Pack the transpose of the recurrent kernel."""
        np.copyto(self.u_back, self.recurrent_kernel.T)

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
        dz = self.rows(self.z)
        if self._d_kernel is not None:
            np.dot(self.rows(self.sweep.x).T, dz, self._d_kernel)
        if self.sweep.dx is not None:
            np.dot(dz, self.kernel.T, self.rows(self.sweep.dx))

    def finish_recurrent(self, dz: Array) -> None:
        """Write the gradient of the recurrent kernel from that at h U, (T, N, G units)."""
        if self.d_recurrent is not None:
            np.dot(self.all_before().T, self.rows(dz), self.d_recurrent)

    def all_before(self) -> Array:
        """Return what the gates saw of the state before each step, as rows."""
        return self.rows(self._before)

    def sum_rows(self, array: Array, out: Array | None) -> None:
        """Write the sum of (T, N, width) over all steps and samples."""
        if out is not None:
            np.dot(self._ones, self.rows(array), out)


def nothing() -> None:
    """Stand where nothing is to be done."""
