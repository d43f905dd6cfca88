"""Long short-term memory."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.layers.base import Port
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gates import Gate
from engine.layers.recurrent_sweep import Array, Cell, Step, Sweep
from engine.layers.recurrent_weights import Weights

ORDER = (0, 1, 3, 2)
"""The cell has i, f, o, g, so that the three logistic gates lie side by side; files have i, f, c, o as Keras."""


class LSTM(Recurrent, frozen=True):
    """Long short-term memory: a recurrent layer with a memory that gates open and close, so that gradients last.

    Formula: c_t = f c + i g(x W_c + h U_c + b_c); h_t = o g(c_t), with h and c of the step before on the right.
    Units: each has three gates, with σ the recurrent activation: i = σ(x W_i + h U_i + b_i), what is written;
        f = σ(x W_f + h U_f + b_f), what is kept; o = σ(x W_o + h U_o + b_o), what is shown.
    Shapes: x (N, T, D) -> output (N, units), or (N, T, units) with return_sequences; hidden and cell (N, units).
    Parameters: kernel W (D, 4 units), recurrent_kernel U (units, 4 units), bias (4 units,); gates in the order
        i, f, c, o. bidirectional has two of each: forward_kernel, backward_kernel, ...
    States: 0 before the first step, or what is wired to hidden and cell. bidirectional has those of both directions
        side by side, [forward, backward], so (N, 2 units).
    Masks: padded steps keep the state and repeat the output; of both directions together they give 0.
    Gradients: back through every step, and along c with the factor f alone: with f near 1 the gradient neither vanishes
        nor grows.
    Errors: ShapeError for an input that is not a sequence, or a state of another length.
    Source: Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000 (forget gate); Keras 3 LSTM.
    """

    FORMULA: ClassVar[str] = "c = f·c₋₁ + i·g(x·W + h₋₁·U + b), h = o·g(c)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "recurrent", "sequence", "memory", "rnn", "long short-term memory", "bidirectional", "gates",
    )  # fmt: skip
    INPUTS: ClassVar[tuple[Port, ...]] = (
        *Recurrent.INPUTS,
        Port("cell", "The memory before the first step; 0 where nothing is wired.", optional=True),
    )
    OUTPUTS: ClassVar[tuple[Port, ...]] = (
        *Recurrent.OUTPUTS,
        Port("cell", "The memory after the last step."),
    )
    GATES: ClassVar[int] = 4
    CARRY: ClassVar[bool] = True

    recurrent_activation: Annotated[
        ComponentValue,
        Meta(description="Function of the gates.", extra={"registry": "activation", "basic": False}),
    ] = "sigmoid"
    unit_forget_bias: Annotated[
        bool,
        Meta(
            description="Begin with a bias of 1 at the forget gate, so that the memory keeps at first.",
            extra={"basic": False, "when": {"use_bias": [True]}},
        ),
    ] = True

    def bias_value(self) -> ComponentValue:
        if not self.unit_forget_bias:
            return self.bias_initializer
        return {"name": "unit_forget_bias", "others": self.bias_initializer}

    def cell(self, sweep: Sweep, prefix: str) -> Cell:
        return _LSTMCell(self, sweep, prefix)

    @classmethod
    def special_examples(cls) -> tuple[Recurrent, ...]:
        return (cls(units=2, recurrent_activation="softsign", unit_forget_bias=False),)


class _LSTMCell:
    """The gates i, f, o and g of every step in `_a` (T, 4, N, units)."""

    def __init__(self, layer: LSTM, sweep: Sweep, prefix: str) -> None:
        binding, shape = sweep.binding, (sweep.batch, sweep.units)
        assert sweep.c is not None
        self._sweep, self._c = sweep, sweep.c
        self._weights = Weights(sweep, prefix, ORDER)
        self._bias = self._weights.bias_rows()
        self._a = binding.buffer((sweep.steps, 4, *shape))
        self._shown = binding.buffer((sweep.steps, *shape))
        self._sum = binding.scratch((4, *shape))
        work, self._da = binding.scratch((3, *shape)), binding.scratch((4, *shape))
        self._d_shown = binding.scratch(shape)
        self._gate, self._in = Gate(layer.recurrent_activation, work), Gate(layer.activation, work[0])
        self._z = binding.buffer(self._a.shape) if self._gate.keeps_input or self._in.keeps_input else self._a

    def begin(self) -> None:
        self._weights.begin()
        self._weights.fill_bias(self._bias, self._weights.bias)

    def step(self, t: int) -> Step:
        weights, total, bias, u = self._weights, self._sum, self._bias, self._weights.u
        (h, drop), given, z = weights.before(t), weights.gates[t], self._z[t]
        i, f, o, g = self._a[t]
        gates = self._gate.bind(t, z[:3], self._a[t, :3])
        content = self._in.bind(t, z[3], g)
        before, after, shown, hidden = self._c[t], self._c[t + 1], self._shown[t], self._sweep.h[t + 1]
        show = self._in.bind(t, after, shown, "show")
        matmul, add, multiply, work = np.matmul, np.add, np.multiply, total[0]

        def step() -> None:
            drop()
            matmul(h, u, out=total)
            if bias is not None:
                add(total, bias, total)
            add(given, total, z)
            gates()
            content()
            multiply(f, before, after)
            multiply(i, g, work)
            add(after, work, after)
            show()
            multiply(o, shown, hidden)

        return step

    def begin_back(self) -> None:
        self._weights.begin_back()

    def step_back(self, t: int, given: Array, earlier: Array) -> Step:
        weights, da, d_shown, carries = self._weights, self._da, self._d_shown, self._sweep.dc
        assert carries is not None
        carry, carry_before = carries[t + 1], carries[t]
        i, f, o, g = self._a[t]
        d_i, d_f, d_o, d_g = da
        before, shown, gates, parts = self._c[t], self._shown[t], weights.gates[t], self._sum
        unshow = self._in.bind_back(t, shown, d_shown, d_shown, "show")
        ungate = self._gate.bind_back(t, self._a[t, :3], da[:3], da[:3])
        uncontent = self._in.bind_back(t, g, d_g, d_g)
        u_back, undrop = weights.u_back, weights.after(earlier)
        matmul, add, multiply, copyto, total = np.matmul, np.add, np.multiply, np.copyto, np.add.reduce

        def step() -> None:
            multiply(given, shown, d_o)
            multiply(given, o, d_shown)
            unshow()
            add(carry, d_shown, carry)
            multiply(carry, g, d_i)
            multiply(carry, before, d_f)
            multiply(carry, i, d_g)
            multiply(carry, f, carry_before)
            ungate()
            uncontent()
            copyto(gates, da)
            matmul(da, u_back, out=parts)
            total(parts, axis=0, out=earlier)
            undrop()

        return step

    def finish_back(self) -> None:
        self._weights.finish()
        self._weights.finish_recurrent(self._weights.z)
        self._weights.sum_rows(self._weights.z, self._weights.d_bias)
