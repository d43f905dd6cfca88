"""The backward half of a plan: which gradient lives where, who writes it first, and who adds to it.

Operations run backward in the reverse of their forward order, so every reader of a value has written its share of the
value's gradient before the value's producer needs the sum. The first to write writes in place; each further one
writes to a buffer of its own, which is then added. A gradient takes over the memory of the one that it follows
from where nothing else reads that: through an activation, and through an alias.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.memory import Lifetime, aligned, assign
from engine.compiler.parameters import Key, ParameterStore
from engine.compiler.program import (
    ActivationOperation,
    AliasOperation,
    LayerOperation,
    LossOperation,
    Operation,
    Program,
    Value,
)
from engine.compiler.record import StepRecord
from engine.core.shapes import size
from engine.design.elements import Edge
from engine.layers.base import Kernel

if TYPE_CHECKING:
    from engine.compiler.plan import Plan

Array = NDArray[Any]
Step = Callable[[], object]
Writer = tuple[Operation, int]
"""An operation, and the place of the value among its inputs (or -1: the loss, which writes at its logits)."""


class _Stage:
    """What one operation does on the way back: its steps, each with the wires to report after it."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.kernel: list[tuple[Step, StepRecord]] = []
        self.adds: list[tuple[Step, StepRecord]] = []
        self.reports: list[tuple[Edge, Array]] = []


class BackwardBuilder:
    """Lays out the gradients of a training plan, and collects the steps that compute them."""

    def __init__(self, plan: Plan, store: ParameterStore) -> None:
        self._plan = plan
        self._store = store
        self._program: Program = plan.program
        self._time = {operation: t for t, operation in enumerate(reversed(self._program.operations))}
        self._writers = {
            value: self._writers_of(value) for value in self._program.values if value.needs_gradient
        }
        self._arrays: dict[Value, Array] = {}
        self._extra: dict[Writer, Array] = {}
        self._allocate()
        self._stages: list[_Stage] = []
        self._penalties: list[tuple[Step, StepRecord]] = []
        self._first_use: dict[Key, Operation] = {}
        for operation in reversed(self._program.operations):
            if isinstance(operation, LayerOperation):
                for name in self._gradients_of(operation.owner):
                    self._first_use.setdefault((operation.owner, name), operation)

    def _gradients_of(self, owner: str) -> dict[str, Array]:
        """Return where the gradients of a node's parameters go; nowhere where the program does not move them."""
        gradients = self._store.gradients_of(owner) if owner in self._program.moving else {}
        return self._plan.effective.gradients(owner, gradients)

    # ------------------------------------------------------------------ layout

    def _writers_of(self, value: Value) -> list[Writer]:
        found: list[Writer] = []
        for operation in dict.fromkeys(value.consumers):
            if isinstance(operation, ActivationOperation) and operation.fused:
                continue
            if isinstance(operation, LossOperation) and operation.logits is not None:
                continue
            found += [(operation, place) for place, other in enumerate(operation.inputs) if other is value]
        found += [(loss, -1) for loss in self._program.losses if loss.logits is value]
        return sorted(found, key=lambda writer: self._time[writer[0]])

    def _heir(self, value: Value) -> Value | None:
        """Return the value whose gradient's memory this one's may take over, or None."""
        if len(self._writers[value]) != 1:
            return None
        operation, _ = self._writers[value][0]
        if isinstance(operation, ActivationOperation | AliasOperation):
            return operation.outputs[0]
        return None

    def _allocate(self) -> None:
        roots: dict[Value, Value] = {}
        for value in reversed(list(self._writers)):
            heir = self._heir(value)
            roots[value] = value if heir is None else roots[heir]
        lives: dict[Value, Lifetime] = {}
        extras: list[Lifetime] = []
        for value, writers in self._writers.items():
            root = roots[value]
            if not writers and root is value:
                self._arrays[value] = np.zeros((self._plan.batch, *value.shape), self._plan.dtype)
                continue
            times = [self._time[operation] for operation, _ in writers]
            if value.producer is not None:
                times.append(self._time[value.producer])
            before = lives.get(root)
            start, stop = min(times), max(times)
            if before is not None:
                start, stop = min(start, before.start), max(stop, before.stop)
            lives[root] = Lifetime(root, size(root.shape), start, stop)
            for writer in writers[1:]:
                time = self._time[writer[0]]
                extras.append(Lifetime(writer, size(value.shape), time, time))
        slots, sizes = assign([*lives.values(), *extras])
        rooms = [aligned(self._plan.batch * count, self._plan.dtype) for count in sizes]
        for value, root in roots.items():
            if root in slots:
                room = rooms[slots[root]][: self._plan.batch * size(value.shape)]
                self._arrays[value] = room.reshape(self._plan.batch, *value.shape)
            elif value not in self._arrays:
                self._arrays[value] = self._arrays[root].reshape(self._plan.batch, *value.shape)
        for value, writers in self._writers.items():
            for writer in writers[1:]:
                room = rooms[slots[writer]][: self._plan.batch * size(value.shape)]
                self._extra[writer] = room.reshape(self._plan.batch, *value.shape)

    # ------------------------------------------------------------------ what kernels are bound to

    def open(self, operation: Operation) -> None:
        """Begin the stage of an operation; the calls that follow belong to it until `close`."""
        self._stage = _Stage(operation)

    def _target(self, value: Value, writer: Writer) -> Array | None:
        """Return where this writer writes its share of the gradient, noting the addition where it isn't the first."""
        if not value.needs_gradient:
            return None
        array = self._arrays[value]
        if self._writers[value][0] == writer:
            share = array
        else:
            share = self._extra[writer]
            add = np.add

            def accumulate() -> None:
                add(array, share, out=array)

            record = StepRecord(f"sum at {value.node}", (share,), (), (array,))
            self._stage.adds.append((accumulate, record))
        operation, place = writer
        edge = operation.edges[max(place, 0)] if operation.edges else None
        if edge is not None:
            self._stage.reports.append((edge, share))
        return share

    def activation_gradients(self, operation: ActivationOperation) -> tuple[Array | None, Array | None]:
        """Return (dy, dx) for an activation's kernel; (None, None) where no gradient passes it."""
        x, y = operation.inputs[0], operation.outputs[0]
        if not x.needs_gradient:
            return None, None
        if operation.fused:
            if operation.edges and operation.edges[0] is not None:
                self._stage.reports.append((operation.edges[0], self._arrays[x]))
            return None, None
        return self._arrays[y], self._target(x, (operation, 0))

    def layer_gradients(
        self, operation: LayerOperation
    ) -> tuple[tuple[Array, ...], tuple[Array | None, ...], dict[str, Array]]:
        """Return (output gradients, input gradients, parameter gradients) for a layer's kernel."""
        if not any(value.needs_gradient for value in operation.outputs):
            return (), (), {}
        given = tuple(self._arrays[value] for value in operation.outputs)
        wanted = tuple(
            self._target(value, (operation, place)) for place, value in enumerate(operation.inputs)
        )
        written: dict[str, Array] = {}
        for name, gradient in self._gradients_of(operation.owner).items():
            if self._first_use[operation.owner, name] is operation:
                written[name] = gradient
            else:
                written[name] = self._shared_gradient(operation, name, gradient)
        return given, wanted, written

    def _shared_gradient(self, operation: LayerOperation, name: str, gradient: Array) -> Array:
        share = np.zeros_like(gradient)
        add = np.add

        def accumulate() -> None:
            add(gradient, share, out=gradient)

        record = StepRecord(f"sum of {operation.owner}/{name}", (share,), (), (gradient,))
        self._stage.adds.append((accumulate, record))
        return share

    def loss_gradient(self, operation: LossOperation) -> Array | None:
        """Return where a loss writes its gradient: at its logits where it is fused, else at the prediction."""
        if operation.logits is not None:
            return self._target(operation.logits, (operation, -1))
        return self._target(operation.inputs[0], (operation, 0))

    # ------------------------------------------------------------------ steps

    def close(self, operation: Operation, kernel: Kernel | None) -> None:
        """End the stage of a layer, an activation or an alias."""
        stage = self._stage
        if isinstance(operation, AliasOperation):
            self._close_alias(operation)
        elif kernel is not None and isinstance(operation, ActivationOperation | LayerOperation):
            self._close_kernel(operation, kernel)
        self._stages.append(stage)

    def _close_kernel(self, operation: LayerOperation | ActivationOperation, kernel: Kernel) -> None:
        if not any(value.needs_gradient for value in operation.outputs):
            return
        if isinstance(operation, ActivationOperation) and operation.fused:
            return
        reads = tuple(self._arrays[value] for value in operation.outputs if value.needs_gradient)
        shares = [self._share(value, (operation, i)) for i, value in enumerate(operation.inputs)]
        writes = tuple(share for share in shares if share is not None)
        if isinstance(operation, LayerOperation):
            gradients = self._gradients_of(operation.owner)
            writes += tuple(
                g for name, g in gradients.items() if self._first_use[operation.owner, name] is operation
            )
        step = kernel.backward
        if step is None:

            def step() -> None:
                for array in writes:
                    array.fill(0)

        self._stage.kernel.append((step, StepRecord(f"backward {operation.node}", reads, writes)))

    def _share(self, value: Value, writer: Writer) -> Array | None:
        if not value.needs_gradient:
            return None
        return self._arrays[value] if self._writers[value][0] == writer else self._extra[writer]

    def _close_alias(self, operation: AliasOperation) -> None:
        source, target = operation.inputs[0], operation.outputs[0]
        if not source.needs_gradient:
            return
        share = self._target(source, (operation, 0))
        given = self._arrays[target].reshape(self._arrays[source].shape)
        if share is None or np.shares_memory(share, given):
            return
        copyto = np.copyto

        def step() -> None:
            copyto(share, given)

        self._stage.kernel.append((step, StepRecord(f"backward {operation.node}", (given,), (share,))))

    def close_loss(self, operation: LossOperation, step: Step | None, gradient: Array | None) -> None:
        """End the stage of a loss."""
        if step is not None and gradient is not None:
            self._stage.kernel.append((step, StepRecord(f"backward {operation.node}", (), (gradient,))))
            if operation.weight != 1.0:
                multiply, weight = np.multiply, gradient.dtype.type(operation.weight)

                def scale() -> None:
                    multiply(gradient, weight, out=gradient)

                self._stage.kernel.append(
                    (scale, StepRecord(f"weight {operation.node}", (), (), (gradient,)))
                )
        self._stages.append(self._stage)

    def add_penalty(self, name: str, step: Step, key: Key) -> None:
        """Add a regularizer's gradient at the end."""
        self._penalties.append((step, StepRecord(name, (), (), (self._store.gradients[key],))))

    def finish(
        self,
    ) -> tuple[tuple[Step, ...], tuple[tuple[Step, int, Array | None], ...], tuple[Edge, ...]]:
        """Return (backward steps, the same with what to report after each, the wires reported)."""
        steps: list[Step] = []
        observed: list[tuple[Step, int, Array | None]] = []
        edges: list[Edge] = []

        for stage in reversed(self._stages):
            for step, record in stage.kernel:
                steps.append(step)
                observed.append((step, -1, None))
                self._plan.records.append(record)
            for edge, array in stage.reports:
                observed.append((_nothing, len(edges), array))
                edges.append(edge)
            for step, record in stage.adds:
                steps.append(step)
                observed.append((step, -1, None))
                self._plan.records.append(record)
        for step, record in (*self._plan.effective.after(), *self._penalties):
            steps.append(step)
            observed.append((step, -1, None))
            self._plan.records.append(record)
        return tuple(steps), tuple(observed), tuple(edges)


def _nothing() -> None:
    """Stand where a wire is reported without a step of its own."""
