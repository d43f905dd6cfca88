"""The gated recurrent unit."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.recurrent import Recurrent
from engine.layers.recurrent_gates import Gate
from engine.layers.recurrent_sweep import Array, Cell, Step, Sweep
from engine.layers.recurrent_weights import Weights

ORDER = (0, 1, 2)


class GRU(Recurrent, frozen=True):
    """Gated recurrent unit: one state, of which a gate decides how much is kept and how much is written anew.

    Formula: h_t = z h + (1 - z) n, with h of the step before on the right.
    Units: each has two gates, with σ the recurrent activation: z = σ(x W_z + h U_z + b_z), what is kept;
        r = σ(x W_r + h U_r + b_r), what the new content sees of the state. That content is
        n = g(x W_h + b_h + r (h U_h + b_rh)) with reset_after, else n = g(x W_h + (r h) U_h + b_h).
    Shapes: x (N, T, D) -> output (N, units), or (N, T, units) with return_sequences; hidden (N, units).
    Parameters: kernel W (D, 3 units), recurrent_kernel U (units, 3 units), gates in the order z, r, h; bias
        (2, 3 units) with reset_after (for x W, and for h U), else (3 units,). bidirectional has two of each:
        forward_kernel, backward_kernel, ...
    States: 0 before the first step, or what is wired to hidden. bidirectional has those of both directions side by
        side, [forward, backward], so (N, 2 units).
    Masks: padded steps keep the state and repeat the output; of both directions together they give 0.
    Gradients: back through every step; where z is near 1, the state passes with its gradient.
    Errors: ShapeError for an input that is not a sequence, or a state of another length.
    Source: Cho et al. 2014; Keras 3 GRU.
    """

    FORMULA: ClassVar[str] = "h = z·h₋₁ + (1 − z)·g(x·W + r·(h₋₁·U) + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "recurrent", "sequence", "gated", "rnn", "gated recurrent unit", "bidirectional",
    )  # fmt: skip
    GATES: ClassVar[int] = 3

    recurrent_activation: Annotated[
        ComponentValue,
        Meta(description="Function of the gates.", extra={"registry": "activation", "basic": False}),
    ] = "sigmoid"
    reset_after: Annotated[
        bool,
        Meta(
            description="Reset the state after the product with its weights, rather than before.",
            extra={"basic": False},
        ),
    ] = True

    def bias_shape(self) -> Shape:
        width = self.GATES * self.units
        return (2, width) if self.reset_after else (width,)

    def cell(self, sweep: Sweep, prefix: str) -> Cell:
        return _ResetAfter(self, sweep, prefix) if self.reset_after else _ResetBefore(self, sweep, prefix)

    @classmethod
    def special_examples(cls) -> tuple[Recurrent, ...]:
        return (
            cls(units=2, reset_after=False, recurrent_activation="softsign"),
            cls(units=2, reset_after=False, recurrent_dropout=0.3, direction="bidirectional"),
        )


class _GRUCell:
    """What both kinds have in common: z, r and n of every step in `_a` (T, 3, N, units)."""

    def __init__(self, layer: GRU, sweep: Sweep, prefix: str) -> None:
        binding, shape = sweep.binding, (sweep.batch, sweep.units)
        self._sweep, self._weights = sweep, Weights(sweep, prefix, ORDER)
        self._bias = self._weights.bias_rows()
        self._a = binding.buffer((sweep.steps, 3, *shape))
        self._sum, self._da = binding.scratch((3, *shape)), binding.scratch((3, *shape))
        self._held, work = binding.scratch(shape), binding.scratch((2, *shape))
        self._gate, self._in = Gate(layer.recurrent_activation, work), Gate(layer.activation, work[0])
        keeps = self._gate.keeps_input or self._in.keeps_input
        self._z = binding.buffer(self._a.shape) if keeps else self._a

    def begin_back(self) -> None:
        self._weights.begin_back()

    def _mix(self, t: int) -> Step:
        """Return what computes h_t = z h + (1 - z) n = n + z (h - n)."""
        z, _, n = self._a[t]
        before, after, work = self._sweep.h[t], self._sweep.h[t + 1], self._held
        add, subtract, multiply = np.add, np.subtract, np.multiply

        def step() -> None:
            subtract(before, n, work)
            multiply(work, z, work)
            add(work, n, after)

        return step

    def _unmix(self, t: int, given: Array) -> Step:
        """Return what takes the gradient to z and to what goes into n, and leaves dh z in `_held`."""
        z, _, n = self._a[t]
        d_z, _, d_n = self._da
        before, held, subtract, multiply = self._sweep.h[t], self._held, np.subtract, np.multiply
        uncontent = self._in.bind_back(t, n, d_n, d_n)

        def step() -> None:
            multiply(given, z, held)
            subtract(before, n, d_z)
            multiply(d_z, given, d_z)
            subtract(given, held, d_n)
            uncontent()

        return step

    def _ungate(self, t: int) -> Step:
        """Return what takes the gradients at z and r to what goes into the gates."""
        both = self._da[:2]
        return self._gate.bind_back(t, self._a[t, :2], both, both)


class _ResetAfter(_GRUCell):
    """r (h U + b): one product with the state. `_kept` is h U + b of the new content."""

    def __init__(self, layer: GRU, sweep: Sweep, prefix: str) -> None:
        super().__init__(layer, sweep, prefix)
        binding, shape = sweep.binding, (sweep.batch, sweep.units)
        self._kept = binding.buffer((sweep.steps, *shape))
        self._input_bias = None if self._bias is None else binding.buffer(shape)
        if sweep.trains:
            self._dr = binding.buffer(self._weights.z.shape)
            split = (sweep.steps, sweep.batch, 3, sweep.units)
            self._dr_gates = self._dr.reshape(split).transpose(0, 2, 1, 3)

    def begin(self) -> None:
        self._weights.begin()
        bias, rows, content = self._weights.bias, self._bias, self._input_bias
        if bias is not None and rows is not None and content is not None:
            units = self._sweep.units
            self._weights.fill_bias(rows, bias[1])
            np.copyto(content, bias[0, 2 * units :])
            for place in (0, 1):
                np.add(rows[place], bias[0, place * units : (place + 1) * units], rows[place])

    def step(self, t: int) -> Step:
        weights, total, bias, content_bias = self._weights, self._sum, self._bias, self._input_bias
        (h, drop), u, given, z = weights.before(t), weights.u, weights.gates[t], self._z[t]
        kept, r, mix = self._kept[t], self._a[t, 1], self._mix(t)
        gates = self._gate.bind(t, z[:2], self._a[t, :2])
        content = self._in.bind(t, z[2], self._a[t, 2])
        matmul, add, multiply, copyto, work = np.matmul, np.add, np.multiply, np.copyto, total[0]

        def step() -> None:
            drop()
            matmul(h, u, out=total)
            if bias is not None:
                add(total, bias, total)
            add(given[:2], total[:2], z[:2])
            gates()
            copyto(kept, total[2])
            multiply(r, kept, work)
            add(given[2], work, z[2])
            if content_bias is not None:
                add(z[2], content_bias, z[2])
            content()
            mix()

        return step

    def step_back(self, t: int, given: Array, earlier: Array) -> Step:
        weights, da, held = self._weights, self._da, self._held
        unmix, ungate, undrop = self._unmix(t, given), self._ungate(t), weights.after(earlier)
        kept, r, gates = self._kept[t], self._a[t, 1], weights.gates[t]
        dr_gates, parts = self._dr_gates[t], self._sum
        _, d_r, d_n = da
        u_back, matmul, total = weights.u_back, np.matmul, np.add.reduce
        add, multiply, copyto = np.add, np.multiply, np.copyto

        def step() -> None:
            unmix()
            multiply(d_n, kept, d_r)
            ungate()
            copyto(gates, da)
            multiply(d_n, r, d_n)
            copyto(dr_gates, da)
            matmul(da, u_back, out=parts)
            total(parts, axis=0, out=earlier)
            undrop()
            add(earlier, held, earlier)

        return step

    def finish_back(self) -> None:
        weights = self._weights
        weights.finish()
        weights.finish_recurrent(self._dr)
        if weights.d_bias is not None:
            weights.sum_rows(weights.z, weights.d_bias[0])
            weights.sum_rows(self._dr, weights.d_bias[1])


class _ResetBefore(_GRUCell):
    """(r h) U: the new content has a product of its own. `_seen` is r h."""

    def __init__(self, layer: GRU, sweep: Sweep, prefix: str) -> None:
        super().__init__(layer, sweep, prefix)
        self._seen = sweep.binding.buffer((sweep.steps, sweep.batch, sweep.units))
        self._d_seen = sweep.binding.scratch(self._seen.shape[1:])

    def begin(self) -> None:
        self._weights.begin()
        self._weights.fill_bias(self._bias, self._weights.bias)

    def step(self, t: int) -> Step:
        weights, total, bias = self._weights, self._sum, self._bias
        (h, drop), u, given, z = weights.before(t), weights.u, weights.gates[t], self._z[t]
        seen, r, mix = self._seen[t], self._a[t, 1], self._mix(t)
        gates = self._gate.bind(t, z[:2], self._a[t, :2])
        content = self._in.bind(t, z[2], self._a[t, 2])
        matmul, dot, add, multiply = np.matmul, np.dot, np.add, np.multiply

        def step() -> None:
            drop()
            matmul(h, u[:2], out=total[:2])
            if bias is not None:
                add(total[:2], bias[:2], total[:2])
            add(given[:2], total[:2], z[:2])
            gates()
            multiply(r, h, seen)
            dot(seen, u[2], total[2])
            if bias is not None:
                add(total[2], bias[2], total[2])
            add(given[2], total[2], z[2])
            content()
            mix()

        return step

    def step_back(self, t: int, given: Array, earlier: Array) -> Step:
        weights, da, held, d_seen = self._weights, self._da, self._held, self._d_seen
        unmix, ungate, undrop = self._unmix(t, given), self._ungate(t), weights.after(earlier)
        (h, _), r, gates = weights.before(t), self._a[t, 1], weights.gates[t]
        _, d_r, d_n = da
        first, last, parts = weights.u_back[:2], weights.u_back[2], self._sum[:2]
        matmul, dot, add, multiply, copyto = np.matmul, np.dot, np.add, np.multiply, np.copyto

        def step() -> None:
            unmix()
            dot(d_n, last, d_seen)
            multiply(d_seen, h, d_r)
            ungate()
            copyto(gates, da)
            matmul(da[:2], first, out=parts)
            add(parts[0], parts[1], earlier)
            multiply(d_seen, r, d_seen)
            add(earlier, d_seen, earlier)
            undrop()
            add(earlier, held, earlier)

        return step

    def finish_back(self) -> None:
        weights, split = self._weights, 2 * self._sweep.units
        weights.finish()
        weights.sum_rows(weights.z, weights.d_bias)
        if weights.d_recurrent is not None:
            dz, seen = weights.rows(weights.z), weights.rows(self._seen)
            np.matmul(weights.all_before().T, dz[:, :split], out=weights.d_recurrent[:, :split])
            np.matmul(seen.T, dz[:, split:], out=weights.d_recurrent[:, split:])
