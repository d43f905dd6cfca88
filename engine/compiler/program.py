"""Lowering: a checked design becomes a flat list of operations on numbered values.

A value is what one operation writes: the output of a node, or what reaches its activation. An activation that is a
setting of a layer becomes an operation of its own, so that no layer has to know of activations. Operations that move
no data (Flatten, a bypassed node, Dropout while predicting) become aliases. Nodes that no output depends on are left
out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.activations.base import Activation
from engine.core.errors import DesignError
from engine.core.registry import family
from engine.core.shapes import Shape
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.flatten import flatten
from engine.design.inference import Inference, infer, inputs_in_port_order
from engine.design.phases import Objective, Phase, first_objectives, trained_nodes
from engine.layers.base import Layer
from engine.losses.base import Loss


@dataclass(eq=False)
class Mask:
    """Which steps of a sequence are real: (batch, length), bool."""

    node: str
    length: int


@dataclass(eq=False)
class Value:
    """One tensor of the program, (batch, *shape). `needs_gradient` where a moving parameter lies upstream."""

    index: int
    node: str
    shape: Shape
    integer: bool = False
    needs_gradient: bool = False
    mask: Mask | None = None
    consumers: list[Operation] = field(default_factory=list)
    producer: Operation | None = None

    def __repr__(self) -> str:
        return f"v{self.index}:{self.node}{list(self.shape)}"


@dataclass(eq=False)
class Operation:
    """Something that reads values and writes values. `edges[i]` is the wire that brought `inputs[i]`, if one did."""

    node: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    edges: tuple[Edge | None, ...] = ()


@dataclass(eq=False)
class InputOperation(Operation):
    """Samples come in from outside."""


@dataclass(eq=False)
class LayerOperation(Operation):
    """A layer's kernel. `owner` is the node whose parameters it uses; `frozen` keeps them as they are.

    `mask` is the one that the kernel writes, where it makes one.
    """

    layer: Layer = field(default_factory=Layer)
    owner: str = ""
    frozen: bool = False
    mask: Mask | None = None


@dataclass(eq=False)
class ActivationOperation(Operation):
    """An activation's kernel. With `fused`, the loss takes its gradient straight to the activation's input."""

    activation: Activation = field(default_factory=Activation)
    fused: bool = False


@dataclass(eq=False)
class AliasOperation(Operation):
    """The output is the input's memory under another shape."""


@dataclass(eq=False)
class MaskOperation(Operation):
    """A step is real in `mask` where it is real in all of `masks`."""

    masks: tuple[Mask, ...] = ()
    mask: Mask = field(default_factory=lambda: Mask("", 0))


@dataclass(eq=False)
class LossOperation(Operation):
    """A loss at an Output. `logits` is given where the loss is computed together with the activation before it.

    `target` is the value that stands for the data's targets, where one is wired; `constant` the number for all.
    """

    loss: Loss = field(default_factory=Loss)
    weight: float = 1.0
    target: Value | None = None
    constant: float | None = None
    logits: Value | None = None
    activation: str = ""


@dataclass
class Program:
    """The whole network, or what one phase needs of it, in an order in which each value is written before it is read.

    `moving` are the nodes whose parameters get a gradient; `held` those whose statistics a phase leaves as they are.
    """

    training: bool
    moving: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    values: list[Value] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    losses: list[LossOperation] = field(default_factory=list)
    taps: dict[str, tuple[Value, Value, Activation | None]] = field(default_factory=dict)


def checked_inference(design: Design) -> Inference:
    """Return the inference of a design without errors. Raises DesignError carrying every problem."""
    inference = infer(design)
    errors = tuple(p for p in problems_of(design, inference) if p.severity == "error")
    if errors:
        others = len(errors) - 1
        more = f" ({others} more {'problem' if others == 1 else 'problems'}.)" if others else ""
        raise DesignError(errors[0].message + more, node=errors[0].node, problems=errors)
    return inference


def taken_apart(design: Design) -> tuple[Design, Inference]:
    """Return a copy of a design with every block taken apart, and its inference. Raises DesignError."""
    inference = checked_inference(design)
    flat = flatten(design).design
    return flat.copy(), inference if flat is design else checked_inference(flat)


def nodes_in_use(design: Design, outputs: Iterable[str] | None = None) -> set[str]:
    """Return the ids of the nodes that some Output (or one of `outputs`) depends on; the others take no part."""
    before: dict[str, list[str]] = {}
    for edge in design.edges:
        before.setdefault(edge.target, []).append(edge.source)
    if outputs is None:
        outputs = [node.id for node in design.nodes.values() if node.type == "Output"]
    waiting = list(outputs)
    wanted = set(waiting)
    while waiting:
        for source in before.get(waiting.pop(), ()):
            if source not in wanted:
                wanted.add(source)
                waiting.append(source)
    return wanted


def lower(
    design: Design, inference: Inference, *, training: bool, phase: Phase | None = None, until: str = ""
) -> Program:
    """Return the program of a design that has been checked: the whole of it, or only what a phase needs.

    The whole of a design with phases goes by the first objective at each Output, and moves everything: it is there to
    be looked at, and to predict with. `until` is a node: the program then computes what it depends on, and it.
    """
    lowering = _Lowering(design, inference, training, phase)
    if until:
        lowering.outputs = [until]
    return lowering.run()


class _Lowering:
    def __init__(self, design: Design, inference: Inference, training: bool, phase: Phase | None) -> None:
        self.design = design
        self.inference = inference
        self.program = Program(training)
        self.at: dict[tuple[str, str], Value] = {}
        self.moving: set[str] = {
            node_id
            for node_id, specs in inference.parameters.items()
            if not design.nodes[node_id].frozen and any(spec.trainable for spec in specs)
        }
        self.objectives: dict[str, Objective] = first_objectives([phase] if phase else design.phases)
        self.outputs = list(self.objectives) if phase else None
        if phase is not None:
            trained = trained_nodes(design, phase)
            self.moving &= trained
            self.program.held = set(inference.parameters) - trained
        self.program.moving = self.moving

    def run(self) -> Program:
        wanted = nodes_in_use(self.design, self.outputs)
        incoming: dict[str, list[Edge]] = {node_id: [] for node_id in self.design.nodes}
        for edge in self.design.edges:
            incoming[edge.target].append(edge)
        for node_id in self.inference.order:
            if node_id in wanted:
                edges = inputs_in_port_order(self.design, node_id, incoming[node_id]) or []
                self._lower_node(self.design.nodes[node_id], edges)
        for loss in self.program.losses:
            self._fuse(loss)
        for operation in self.program.operations:
            for value in operation.outputs:
                value.producer = operation
        if self.outputs is not None:
            used = {o.owner for o in self.program.operations if isinstance(o, LayerOperation)}
            self.moving &= used
        return self.program

    def _value(self, node: Node, shape: Shape, needs_gradient: bool, *, integer: bool = False) -> Value:
        value = Value(len(self.program.values), node.id, shape, integer, needs_gradient)
        self.program.values.append(value)
        return value

    def _emit(self, operation: Operation) -> None:
        for value in operation.inputs:
            value.consumers.append(operation)
        for value in operation.outputs:
            value.producer = operation
        self.program.operations.append(operation)

    def _lower_node(self, node: Node, edges: list[Edge]) -> None:
        layer = node.layer
        inputs = tuple(self.at[edge.source, edge.source_port] for edge in edges)
        shapes = self.inference.outputs[node.id]
        owner = node.shares or node.id
        needs = any(value.needs_gradient for value in inputs) or owner in self.moving
        if layer.NAME == "Output":
            self._lower_output(node, inputs, edges)
            return
        if layer.FED:
            integer = node.id in self.inference.ids
            outputs = tuple(self._value(node, shape, False, integer=integer) for shape in shapes)
            self._emit(InputOperation(node.id, (), outputs))
        else:
            outputs = self._lower_layer(node, inputs, edges, shapes, needs)
        for port, value in zip(layer.OUTPUTS, outputs, strict=False):
            self.at[node.id, port.name] = value

    def _lower_layer(
        self, node: Node, inputs: tuple[Value, ...], edges: list[Edge], shapes: tuple[Shape, ...], needs: bool
    ) -> tuple[Value, ...]:
        layer = node.layer
        alias = node.bypassed or layer.ALIAS or (not self.program.training and layer.ALIAS_INFERENCE)
        activation = None if node.bypassed else activation_of(layer)
        masking = "pass" if node.bypassed else layer.masking()
        masked = inputs[:1] if layer.MASK_FROM_FIRST else inputs
        mask = self._joined_mask(node, masked) if masking == "pass" else None
        if alias:
            value = inputs[0]
            if activation is None or value.shape != shapes[0]:
                first = self._value(node, shapes[0], value.needs_gradient, integer=value.integer)
                self._emit(AliasOperation(node.id, inputs[:1], (first,), tuple(edges[:1])))
                first.mask = mask if mask is not None and first.shape[:1] == (mask.length,) else None
                outputs: tuple[Value, ...] = (first,)
                edges = []
            else:
                outputs = (value,)
        else:
            outputs = tuple(self._value(node, shape, needs) for shape in shapes)
            operation = LayerOperation(node.id, inputs, outputs, tuple(edges))
            operation.layer, operation.owner = layer, node.shares or node.id
            operation.frozen = self.design.nodes[operation.owner].frozen
            if masking == "make":
                mask = operation.mask = Mask(node.id, outputs[0].shape[0])
            for value in outputs:
                # A state beside the sequence is no sequence, even where it has as many units as there are steps.
                steps = value is outputs[0] or len(value.shape) > 1
                fits = mask is not None and steps and value.shape[:1] == (mask.length,)
                value.mask = mask if fits else None
            self._emit(operation)
            edges = []
        before = outputs[0]
        if activation is not None:
            after = self._value(node, shapes[0], before.needs_gradient)
            after.mask = before.mask
            applied = ActivationOperation(node.id, (before,), (after,), tuple(edges[:1]) or (None,))
            applied.activation = activation
            self._emit(applied)
            outputs = (after, *outputs[1:])
        self.program.taps[node.id] = (before, outputs[0], activation)
        return outputs

    def _joined_mask(self, node: Node, inputs: tuple[Value, ...]) -> Mask | None:
        """Return the mask of what is computed from these step by step."""
        masks = tuple(dict.fromkeys(value.mask for value in inputs if value.mask is not None))
        if len(masks) < 2 or len({mask.length for mask in masks}) > 1:
            return masks[0] if masks else None
        operation = MaskOperation(node.id, (), (), masks=masks, mask=Mask(node.id, masks[0].length))
        self._emit(operation)
        return operation.mask

    def _lower_output(self, node: Node, inputs: tuple[Value, ...], edges: list[Edge]) -> None:
        layer: Any = node.layer
        operation = LossOperation(node.id, inputs[:1], (), tuple(edges[:1]))
        operation.loss, operation.weight = family("loss").get(layer.loss), layer.weight
        objective = self.objectives.get(node.id)
        if objective is not None:
            operation.weight *= objective.weight
            if objective.loss:
                operation.loss = family("loss").get(objective.loss)
            if objective.target != "data":
                operation.constant = float(objective.target)
        if len(inputs) > 1 and operation.constant is None:
            operation.target = inputs[1]
            operation.target.consumers.append(operation)
        self._emit(operation)
        self.program.losses.append(operation)

    def _fuse(self, operation: LossOperation) -> None:
        """Compute loss and activation together where the loss is the only reader of the activation."""
        prediction = operation.inputs[0]
        producer = prediction.producer
        if not isinstance(producer, ActivationOperation) or len(prediction.consumers) != 1:
            return
        if producer.activation.NAME in operation.loss.FUSES_WITH:
            operation.logits, operation.activation = producer.inputs[0], producer.activation.NAME
            producer.fused = True


def activation_of(layer: Layer) -> Activation | None:
    """Return the activation that a layer ends in, or None where it has none or the identity."""
    value = getattr(layer, layer.ACTIVATION_FIELD, None) if layer.ACTIVATION_FIELD else None
    if value is None:
        return None
    activation: Activation = family("activation").get(value)
    return None if activation.IDENTITY else activation
