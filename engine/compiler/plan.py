"""The execution plan: a program bound to buffers, as lists of functions without arguments.

Running a training step is running three lists: forward, losses, backward. Every array that a function touches was
allocated when the plan was made. Gradients share buffers where their lifetimes allow it; the values of the forward
pass keep theirs in a training plan, so that the views can read them after any step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.activations.base import Activation
from engine.compiler.backward import BackwardBuilder
from engine.compiler.binding import PlanBinding
from engine.compiler.effective import EffectiveWeights
from engine.compiler.memory import Arena, Lifetime, aligned, assign
from engine.compiler.parameters import ParameterStore
from engine.compiler.program import (
    ActivationOperation,
    AliasOperation,
    InputOperation,
    LayerOperation,
    LossOperation,
    Mask,
    MaskOperation,
    Operation,
    Program,
    Value,
)
from engine.compiler.record import StepRecord
from engine.compiler.row_weights import bind_row_weights
from engine.core.registry import family
from engine.core.shapes import size
from engine.design.elements import Edge
from engine.layers.base import Kernel

Array = NDArray[Any]
Streams = Callable[[str, str], np.random.Generator]


class Tap(NamedTuple):
    """What a view can read at a node after `forward`: what reaches its activation, and what leaves it."""

    pre: Array
    post: Array
    activation: Activation | None


class Plan:
    """A program for one batch size, ready to run.

    Attributes:
        inputs: input node id -> array (batch, *shape) to fill before `forward`.
        targets: output node id -> array to fill before `loss`; its shape and dtype are the loss's. Where a value of the
            network is the target, `forward` fills it.
        constants: the Outputs whose target is one number for all samples: their buffers are filled already.
        masks: output node id -> (batch, T) bool, the steps that count, where a prediction carries a mask.
        predictions: output node id -> array (batch, *shape), valid after `forward`.
        through_time: node id -> the gradient of the loss at the state after each step, (T, batch, units), for each
            direction of a recurrent layer; valid after `backward`.
        views: node id -> what else its kernel can show, by name, valid after `forward`.
        taps: node id -> Tap, valid after `forward` (training plans, and plans made with keep=True).
        steps: the forward pass, each step with its operation.
        observed_edges: the wires at which `backward_observed` reports a gradient.
        effective: the weights that kernels see where a reparameterization makes them.
        records: what each step reads and writes, for the verifier.
    """

    def __init__(
        self,
        program: Program,
        store: ParameterStore,
        batch: int,
        streams: Streams,
        *,
        keep: bool = False,
        class_weights: Mapping[str, Array] | None = None,
    ) -> None:
        self.program = program
        self.batch = batch
        self.training = program.training
        self.dtype = store.dtype
        self.records: list[StepRecord] = []
        self._store = store
        self._streams = streams
        self._class_weights = class_weights or {}
        self._arena = Arena()
        self._arrays: dict[Value, Array] = {}
        self.inputs: dict[str, Array] = {}
        self.targets: dict[str, Array] = {}
        self.constants = frozenset(loss.node for loss in program.losses if loss.constant is not None)
        self.masks: dict[str, Array] = {}
        self._masks: dict[Mask | None, Array | None] = {None: None}
        self.predictions: dict[str, Array] = {}
        self.through_time: dict[str, tuple[Array, ...]] = {}
        self.views: dict[str, Mapping[str, Callable[[], Array]]] = {}
        self._kernels: list[tuple[Operation, Kernel]] = []
        self._allocate_values(keep or self.training)
        self.effective = EffectiveWeights(program, store)
        backward = BackwardBuilder(self, store) if self.training else None
        self.observed_edges: tuple[Edge, ...] = ()
        self._losses: list[tuple[str, float, Callable[[], float]]] = []
        self.steps: tuple[tuple[Operation, Callable[[], object]], ...] = ()
        self._forward: tuple[Callable[[], object], ...] = ()
        self._backward: tuple[Callable[[], object], ...] = ()
        self._observed: tuple[tuple[Callable[[], object], int, Array | None], ...] = ()
        self._bind(backward)
        self._penalties = self._bind_penalties(backward)
        if backward is not None:
            self._backward, self._observed, self.observed_edges = backward.finish()
        self.taps: dict[str, Tap] = {}
        if keep or self.training:
            self.taps = {n: Tap(self._arrays[a], self._arrays[b], f) for n, (a, b, f) in program.taps.items()}

    # ------------------------------------------------------------------ running

    def forward(self) -> None:
        """Compute every value from the inputs."""
        for step in self._forward:
            step()

    def loss(self) -> float:
        """Return the loss of the batch: the weighted sum over the outputs, and the regularizers' penalties."""
        total = 0.0
        for _, weight, value in self._losses:
            total += weight * value()
        for penalty in self._penalties:
            total += penalty()
        return total

    def losses(self) -> dict[str, float]:
        """Return the loss of each output by node id, without weights and penalties."""
        return {node: value() for node, _, value in self._losses}

    def backward(self) -> None:
        """Write the gradient of the loss into the store's gradient vector. Call after `forward` and `loss`."""
        for step in self._backward:
            step()

    def backward_observed(self, record: Callable[[int, Array], object]) -> None:
        """Do what `backward` does, and call `record(k, gradient)` at the moment when the gradient of the loss with
        respect to what flows through `observed_edges[k]` is complete. The array is only good during the call."""
        for step, edge, gradient in self._observed:
            step()
            if gradient is not None:
                record(edge, gradient)

    def array(self, value: Value) -> Array:
        """Return the buffer of a value of the program."""
        return self._arrays[value]

    # ------------------------------------------------------------------ building

    def _allocate_values(self, keep: bool) -> None:
        program = self.program
        for operation in program.operations:
            if isinstance(operation, LayerOperation | MaskOperation) and operation.mask is not None:
                self._masks[operation.mask] = np.ones((self.batch, operation.mask.length), bool)
            if isinstance(operation, AliasOperation):
                continue
            for value in operation.outputs:
                if keep or isinstance(operation, InputOperation):
                    dtype = np.dtype(np.int64) if value.integer else self.dtype
                    flat = aligned(self.batch * size(value.shape), dtype)
                    self._arrays[value] = flat.reshape(self.batch, *value.shape)
        if not keep:
            self._share_values()
        for operation in program.operations:
            if isinstance(operation, AliasOperation):
                source, target = operation.inputs[0], operation.outputs[0]
                self._arrays[target] = self._arrays[source].reshape(self.batch, *target.shape)
            if isinstance(operation, InputOperation):
                self.inputs[operation.node] = self._arrays[operation.outputs[0]]
        for loss in program.losses:
            prediction = loss.inputs[0]
            shape = (self.batch, *loss.loss.target_shape(prediction.shape))
            dtype = np.dtype(np.int64) if loss.loss.TARGET == "index" else self.dtype
            self.predictions[loss.node] = self._arrays[prediction]
            if loss.target is None:
                self.targets[loss.node] = np.full(shape, loss.constant or 0, dtype)
            else:
                self.targets[loss.node] = self._arrays[loss.target].reshape(shape)
            mask = self._masks[prediction.mask]
            if mask is not None:
                self.masks[loss.node] = mask

    def _share_values(self) -> None:
        """Give values whose lifetimes do not overlap the same memory; only an inference plan can."""
        place = {operation: time for time, operation in enumerate(self.program.operations)}
        last = len(place)
        lives = []
        for operation, time in place.items():
            for value in operation.outputs:
                if isinstance(operation, AliasOperation | InputOperation):
                    continue
                lives.append(Lifetime(value, size(value.shape), time, self._last_use(value, place, last)))
        slots, sizes = assign(lives)
        rooms = [aligned(self.batch * count, self.dtype) for count in sizes]
        for life in lives:
            room = rooms[slots[life.key]][: self.batch * life.count]
            self._arrays[life.key] = room.reshape(self.batch, *life.key.shape)

    def _last_use(self, value: Value, place: Mapping[Operation, int], last: int) -> int:
        times = [place[value.producer]] if value.producer is not None else [0]
        for consumer in value.consumers:
            if isinstance(consumer, LossOperation):
                return last
            times.append(place[consumer])
            if isinstance(consumer, AliasOperation):
                times.append(self._last_use(consumer.outputs[0], place, last))
            if isinstance(consumer, ActivationOperation) and consumer.fused:
                return last
        return max(times)

    def _bind(self, backward: BackwardBuilder | None) -> None:
        forward: list[tuple[Operation, Callable[[], object]]] = []
        for operation in self.program.operations:
            kernel = self._bind_operation(operation, backward)
            if kernel is None:
                continue
            forward.append((operation, kernel.forward))
            reads = tuple(self._arrays[v] for v in operation.inputs)
            writes = tuple(self._arrays[v] for v in operation.outputs)
            self.records.append(StepRecord(f"forward {operation.node}", reads, writes))
        self.steps = tuple(forward)
        self._forward = tuple(step for _, step in forward)

    def _bind_operation(self, operation: Operation, backward: BackwardBuilder | None) -> Kernel | None:
        self._arena.begin()
        if isinstance(operation, LossOperation):
            self._bind_loss(operation, backward)
            return None
        if backward is not None:
            backward.open(operation)
        kernel: Kernel | None = None
        if isinstance(operation, ActivationOperation):
            x, y = self._arrays[operation.inputs[0]], self._arrays[operation.outputs[0]]
            dy, dx = backward.activation_gradients(operation) if backward is not None else (None, None)
            kernel = operation.activation.bind(x, y, dy, dx)
        elif isinstance(operation, LayerOperation):
            binding = self._binding(operation, backward)
            kernel = operation.layer.bind(binding)
            if kernel.through_time:
                self.through_time[operation.node] = kernel.through_time
            if kernel.views:
                self.views[operation.node] = kernel.views
            if self.training and operation.owner in self.program.held:
                kernel = self._holding(operation.owner, binding.parameters, kernel)
            kernel = self.effective.before(operation, kernel)
        elif isinstance(operation, MaskOperation):
            kernel = self._bind_mask(operation)
        if backward is not None:
            backward.close(operation, kernel)
        return kernel

    def _binding(self, operation: LayerOperation, backward: BackwardBuilder | None) -> PlanBinding:
        given, wanted, written = backward.layer_gradients(operation) if backward is not None else ((), (), {})
        return PlanBinding(
            inputs=tuple(self._arrays[v] for v in operation.inputs),
            outputs=tuple(self._arrays[v] for v in operation.outputs),
            input_gradients=wanted or (None,) * len(operation.inputs),
            output_gradients=given,
            input_masks=tuple(self._masks[v.mask] for v in operation.inputs),
            output_mask=self._masks[operation.mask],
            parameters=self._parameters_of(operation.owner),
            gradients=written,
            training=self.training,
            frozen=operation.frozen,
            batch=self.batch,
            dtype=self.dtype,
            arena=self._arena,
            stream=lambda purpose: self._streams(operation.node, purpose),
        )

    def _parameters_of(self, owner: str) -> dict[str, Array]:
        """Return a node's arrays; where the phase at hand does not train it, copies stand for its statistics."""
        arrays = self.effective.parameters(owner, self._store.parameters_of(owner))
        if self.training and owner in self.program.held:
            specs = self._store.specs
            return {n: a if specs[owner, n].trainable else a.copy() for n, a in arrays.items()}
        return arrays

    def _holding(self, owner: str, given: Mapping[str, Array], kernel: Kernel) -> Kernel:
        """Return a kernel whose statistics begin each step at those of the node, and stay behind."""
        own = self.effective.parameters(owner, self._store.parameters_of(owner))
        pairs = [(copy, own[name]) for name, copy in given.items() if copy is not own[name]]
        inner = kernel.forward
        if not pairs:
            return kernel

        def forward() -> None:
            for copy, array in pairs:
                np.copyto(copy, array)
            inner()

        return kernel._replace(forward=forward)

    def _bind_mask(self, operation: MaskOperation) -> Kernel:
        masks = [array for mask in operation.masks if (array := self._masks[mask]) is not None]
        joined = self._masks[operation.mask]

        def forward() -> None:
            np.all(masks, axis=0, out=joined)

        return Kernel(forward)

    def _bind_loss(self, operation: LossOperation, backward: BackwardBuilder | None) -> None:
        prediction, target = self._arrays[operation.inputs[0]], self.targets[operation.node]
        if backward is not None:
            backward.open(operation)
        gradient = backward.loss_gradient(operation) if backward is not None else None
        rows = bind_row_weights(
            operation.loss,
            prediction,
            target,
            self.masks.get(operation.node),
            self._class_weights.get(operation.node) if self.training else None,
        )
        weights = None if rows is None else rows.values
        if operation.logits is not None:
            logits = self._arrays[operation.logits]
            kernel = operation.loss.bind_fused(
                operation.activation, logits, prediction, target, gradient, weights
            )
        else:
            kernel = operation.loss.bind(prediction, target, gradient, weights)
        if rows is not None:
            kernel = kernel._replace(value=_after(rows.refresh, kernel.value))
        self._losses.append((operation.node, operation.weight, kernel.value))
        self.records.append(StepRecord(f"loss {operation.node}", (prediction,), ()))
        if backward is not None:
            backward.close_loss(operation, kernel.backward, gradient)

    def _bind_penalties(self, backward: BackwardBuilder | None) -> tuple[Callable[[], float], ...]:
        found = []
        for key, spec in self._store.specs.items():
            if spec.regularizer is None or key[0] in self.program.held:
                continue
            self._arena.begin()
            regularizer = family("regularizer").get(spec.regularizer)
            gradient = self._store.gradients.get(key) if backward is not None else None
            scratch = self._arena.take(spec.shape, self.dtype)
            penalty, add = regularizer.bind(self._store.views[key], gradient, scratch)
            found.append(penalty)
            if backward is not None and add is not None and gradient is not None:
                backward.add_penalty(f"penalty {key[0]}/{key[1]}", add, key)
        return tuple(found)


def _after(first: Callable[[], object], value: Callable[[], float]) -> Callable[[], float]:
    def both() -> float:
        first()
        return value()

    return both
