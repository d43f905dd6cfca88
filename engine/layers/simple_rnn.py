"""The plain recurrent layer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gates import Gate
from engine.layers.recurrent_sweep import Array, Cell, Step, Sweep
from engine.layers.recurrent_weights import Weights


class SimpleRNN(Recurrent, frozen=True):
    """Plain recurrent layer: each step sees the input and what the layer gave at the step before.

    Formula: h_t = g(x_t W + h_{t-1} U + b).
    Shapes: x (N, T, D) -> output (N, units), or (N, T, units) with return_sequences; hidden (N, units).
    Parameters: kernel W (D, units), recurrent_kernel U (units, units), bias (units,). bidirectional has two of each:
        forward_kernel, backward_kernel, ...
    States: 0 before the first step, or what is wired to hidden. bidirectional has those of both directions side by
        side, [forward, backward], so (N, 2 units).
    Masks: padded steps keep the state and repeat the output; of both directions together they give 0.
    Gradients: dh_{t-1} = (dh_t g'(z_t)) Uᵀ, a product over the steps: it fades or grows with their number, so that
        what happened long ago can hardly be learned.
    Errors: ShapeError for an input that is not a sequence, or a state of another length.
    Source: Elman 1990, Finding structure in time; Keras 3 SimpleRNN.
    """

    FORMULA: ClassVar[str] = "h = g(x·W + h₋₁·U + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("recurrent", "sequence", "elman", "rnn", "bidirectional")

    def cell(self, sweep: Sweep, prefix: str) -> Cell:
        return _SimpleCell(self, sweep, prefix)


class _SimpleCell:
    """What goes into the activation in `z` (T, N, units), as `Weights` has it; the states are what leaves it."""

    def __init__(self, layer: SimpleRNN, sweep: Sweep, prefix: str) -> None:
        shape = (sweep.batch, sweep.units)
        self._sweep, self._weights = sweep, Weights(sweep, prefix, (0,))
        self._bias = self._weights.bias_rows()
        self._sum = sweep.binding.scratch(shape)
        self._gate = Gate(layer.activation, sweep.binding.scratch(shape))

    def begin(self) -> None:
        self._weights.begin()
        self._weights.fill_bias(self._bias, self._weights.bias)

    def step(self, t: int) -> Step:
        (h, drop), u, total, bias = self._weights.before(t), self._weights.u[0], self._sum, self._bias
        z, after = self._weights.z[t], self._sweep.h[t + 1]
        activate = self._gate.bind(t, z, after)
        dot, add = np.dot, np.add

        def step() -> None:
            drop()
            dot(h, u, total)
            if bias is not None:
                add(total, bias[0], total)
            add(z, total, z)
            activate()

        return step

    def begin_back(self) -> None:
        self._weights.begin_back()

    def step_back(self, t: int, given: Array, earlier: Array) -> Step:
        z, u_back, undrop = self._weights.z[t], self._weights.u_back[0], self._weights.after(earlier)
        back = self._gate.bind_back(t, self._sweep.h[t + 1], given, z)
        dot = np.dot

        def step() -> None:
            back()
            dot(z, u_back, earlier)
            undrop()

        return step

    def finish_back(self) -> None:
        self._weights.finish()
        self._weights.finish_recurrent(self._weights.z)
        self._weights.sum_rows(self._weights.z, self._weights.d_bias)
