"""One sweep of a recurrent layer over the steps of a sequence: buffers with the step axis first, and the loop.

A cell knows one step; the sweep knows time. It turns the sequence so that every step is contiguous, keeps the states
of all steps, holds them where a step is padding, and carries the gradient back from step to step, as far as it is to
go. What a cell does for all steps at once (the product with the kernel, the gradients of the weights) it does before
and after the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding

Array = NDArray[Any]
Step = Callable[[], object]


class Cell(Protocol):
    """One step of a recurrent layer, and what it does for all of them at once."""

    def begin(self) -> None:
        """Prepare a forward sweep: pack the weights, and compute what does not depend on the state."""

    def step(self, t: int) -> Step:
        """Return what computes the states after step t from those before it."""

    def step_back(self, t: int, given: Array, earlier: Array) -> Step:
        """Return what takes the gradient at the hidden state after step t (`given`, which it may spoil) to the one
        before it (`earlier`), and the sweep's dc[t + 1] to dc[t], where there is a carry."""

    def begin_back(self) -> None:
        """Prepare a backward sweep."""

    def finish_back(self) -> None:
        """Write the gradients of the weights, and the sweep's `dx` where that is wanted."""


class Sweep:
    """The buffers of one direction, and the loop over its steps.

    Shapes: x (T, N, D), in the order in which the steps are read; h and c (T + 1, N, units), the states before each
    step and after the last; dh and dc, the gradients of the loss at each of these.
    """

    def __init__(
        self,
        binding: Binding,
        units: int,
        *,
        carry: bool,
        backwards: bool,
        place: int,
        rates: tuple[float, float],
    ) -> None:
        source = binding.inputs[0]
        self.batch, self.steps, self.features = source.shape
        self.units, self.backwards, self.binding = units, backwards, binding
        self._label = "backward " if backwards else ""
        self._columns = slice(place * units, (place + 1) * units)
        self._source = self.in_order(source)
        states = (self.steps + 1, self.batch, units)
        self.x = binding.buffer(self._source.shape)
        self.h = binding.buffer(states)
        self.c = binding.buffer(states) if carry else None
        self._states = [state for state in (self.h, self.c) if state is not None]
        self._initial = [x[:, self._columns] for x in binding.inputs[1:]]
        for state in self._states[len(self._initial) :]:
            state[0] = 0
        self._started: Array | None = None
        self._begin_mask()
        self.trains = bool(binding.output_gradients)
        self.dx: Array | None = None
        self.dh = binding.buffer(states) if self.trains else self.h
        self.dc = binding.buffer(states) if self.trains and carry else None
        if self.trains and binding.input_gradients[0] is not None:
            self.dx = binding.buffer(self.x.shape)
        dropout, recurrent_dropout = rates if binding.training else (0.0, 0.0)
        self._drop = self._dropped("dropout", dropout, self.features)
        self.recurrent_drop = self._dropped("recurrent dropout", recurrent_dropout, units)

    def final_states(self) -> list[tuple[Array, Array]]:
        """Return (output, state) for every state that comes out at a port of its own."""
        outputs = [out[:, self._columns] for out in self.binding.outputs[1:]]
        return [(out, state[-1]) for out, state in zip(outputs, self._states, strict=True)]

    def gradient_in_time(self) -> Array:
        """Return the gradient at what goes from step to step, (T, N, units), the first step of the sequence first:
        that at the carry, along which it travels far, where there is one."""
        gradient = self.dh if self.dc is None else self.dc
        return gradient[:0:-1] if self.backwards else gradient[1:]

    def in_order(self, array: Array) -> Array:
        """Return a view of (N, T, ...) as (T, N, ...) in the order in which this sweep reads the steps."""
        turned = array.swapaxes(0, 1)
        return turned[::-1] if self.backwards else turned

    # ------------------------------------------------------------------ dropout

    def _dropped(self, purpose: str, rate: float, width: int) -> tuple[Array, Step] | None:
        """Return the factors (N, width) of one sequence, the same at every step, and what draws them anew."""
        if not rate:
            return None
        dtype = self.binding.dtype
        draw = self.binding.random(self._label + purpose).random
        factor = self.binding.buffer((self.batch, width))
        least, scale = np.array(rate, dtype), np.array(1 / (1 - rate), dtype)
        kept = self.binding.buffer(factor.shape, bool)

        def renew() -> None:
            draw(dtype=dtype.type, out=factor)
            np.greater_equal(factor, least, kept)
            np.multiply(kept, scale, factor)

        return factor, renew

    # ------------------------------------------------------------------ masks

    def _begin_mask(self) -> None:
        mask = self.binding.input_masks[0]
        self.real: Array | None = None
        if mask is None:
            return
        self._mask = self.in_order(mask)[..., None]
        self.real = self.binding.buffer(self._mask.shape)
        self._padded = self.binding.buffer(self._mask.shape, bool)

    def started(self) -> Array | None:
        """Return (T, N, 1) that is filled with 1 from each sequence's first real step on, or None where no state
        before it could show: what comes out before the first real step is 0, also where an initial state is given."""
        if self.real is None or not self._initial:
            return None
        self._started = self.binding.buffer(self.real.shape)
        return self._started

    def _read_mask(self) -> None:
        if self.real is None:
            return
        np.copyto(self.real, self._mask)
        np.logical_not(self._mask, out=self._padded)
        if self._started is not None:
            np.maximum.accumulate(self.real, axis=0, out=self._started)

    # ------------------------------------------------------------------ forward

    def forward_steps(self, cell: Cell) -> Step:
        """Return the forward half."""
        steps: list[Step] = []
        for t in range(self.steps):
            steps.append(cell.step(t))
            if self.real is not None:
                steps.append(self._hold(t))
        loop = tuple(steps)
        copyto, multiply, x, source, drop = np.copyto, np.multiply, self.x, self._source, self._drop
        initial = [(state[0], given) for state, given in zip(self._states, self._initial, strict=False)]
        draw = None if self.recurrent_drop is None else self.recurrent_drop[1]

        def forward() -> None:
            self._read_mask()
            for state, given in initial:
                copyto(state, given)
            if draw is not None:
                draw()
            if drop is None:
                copyto(x, source)
            else:
                drop[1]()
                multiply(source, drop[0], x)
            cell.begin()
            for step in loop:
                step()

        return forward

    def _hold(self, t: int) -> Step:
        """Return what keeps the states of those samples whose step t is padding."""
        pairs = [(state[t + 1], state[t]) for state in self._states]
        copyto, where = np.copyto, self._padded[t]

        def hold() -> None:
            for after, before in pairs:
                copyto(after, before, where=where)

        return hold

    # ------------------------------------------------------------------ backward

    def backward_steps(self, cell: Cell, given: Array, *, whole: bool, reach: int) -> Step:
        """Return the backward half. `given` is the gradient at what came out: (T, N, units) where the whole sequence
        did, else (N, units). With `reach`, no gradient passes the borders of segments of so many steps."""
        steps: list[Step] = []
        if self.real is not None:
            self._moved, self._held = (self.binding.scratch(self.dh[0].shape) for _ in range(2))
        for t in reversed(range(self.steps)):
            if whole:
                steps.append(_adding(self.dh[t + 1], given[t]))
            steps.append(self._step_back(cell, t))
            if reach and t and t % reach == 0:
                steps.append(self._cut(t))
        loop = tuple(steps)
        last, copyto, add, multiply = self.dh[self.steps], np.copyto, np.add, np.multiply
        finals = [array[:, self._columns] for array in self.binding.output_gradients[1:]]
        gradients = [gradient for gradient in (self.dh, self.dc) if gradient is not None]
        starts = [(gradient[-1], final) for gradient, final in zip(gradients, finals, strict=True)]
        firsts = [gradient[0] for gradient in gradients]
        wanted = self.binding.input_gradients[1:]
        ends = [
            (dx[:, self._columns], first) for dx, first in zip(wanted, firsts, strict=False) if dx is not None
        ]
        dx, drop = self.dx, self._drop

        def backward() -> None:
            for state, final in starts:
                copyto(state, final)
            if not whole:
                add(last, given, last)
            cell.begin_back()
            for step in loop:
                step()
            cell.finish_back()
            for out, first in ends:
                copyto(out, first)
            if dx is not None and drop is not None:
                multiply(dx, drop[0], dx)

        return backward

    def _step_back(self, cell: Cell, t: int) -> Step:
        after, before = self.dh[t + 1], self.dh[t]
        if self.real is None:
            return cell.step_back(t, after, before)
        real, padded = self.real[t], self._padded[t]
        moved, held = self._moved, self._held
        inner = cell.step_back(t, moved, before)
        carry, carry_before = (None, before) if self.dc is None else (self.dc[t + 1], self.dc[t])
        add, multiply = np.add, np.multiply

        def step() -> None:
            multiply(after, real, moved)
            if carry is not None:
                multiply(carry, padded, held)
                multiply(carry, real, carry)
            inner()
            add(before, after, before, where=padded)
            if carry is not None:
                add(carry_before, held, carry_before)

        return step

    def _cut(self, t: int) -> Step:
        gradients = [gradient[t] for gradient in (self.dh, self.dc) if gradient is not None]

        def cut() -> None:
            for gradient in gradients:
                gradient.fill(0)

        return cut


def _adding(total: Array, share: Array) -> Step:
    add = np.add

    def step() -> None:
        add(total, share, total)

    return step
