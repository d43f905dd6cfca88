"""Shape inference: what flows along every wire, and what each layer needs, for a design that may be half drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.errors import GradloomError, ShapeError
from engine.core.shapes import Shape, size
from engine.design.design import Design
from engine.design.elements import Edge, UnknownLayer
from engine.layers.base import ParameterSpec


@dataclass(frozen=True)
class Inference:
    """What is known of a design without running it.

    `order` lists the node ids so that every node comes after those that feed it; nodes on a cycle are in `cycle`
    instead. `outputs` and `inputs` hold the shapes at the ports of the nodes whose inputs are all known. `faults` holds
    the errors that a layer raised for what arrives at it.
    """

    order: tuple[str, ...]
    cycle: tuple[str, ...]
    inputs: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    outputs: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    parameters: dict[str, tuple[ParameterSpec, ...]] = field(default_factory=dict)
    faults: dict[str, GradloomError] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    """The nodes that give whole numbers which name something: an Input of ids, and what passes them on."""

    def shape_at(self, design: Design, node_id: str, port: str) -> Shape | None:
        """Return the shape at an output port, or None where it is not known."""
        shapes = self.outputs.get(node_id)
        names = [p.name for p in design.nodes[node_id].layer.OUTPUTS]
        if shapes is None or port not in names or len(shapes) <= names.index(port):
            return None
        return shapes[names.index(port)]

    def parameter_count(self, node_id: str) -> int:
        """Return how many numbers a node's parameters hold, statistics included."""
        return sum(size(spec.shape) for spec in self.parameters.get(node_id, ()))


def order_of(design: Design) -> tuple[list[str], list[str]]:
    """Return (order, cycle): the ids in an order in which every node follows its sources, and those on a cycle.

    Kahn's algorithm; among nodes that are ready, the document's own order decides, so the result is stable.
    """
    waiting = dict.fromkeys(design.nodes, 0)
    followers: dict[str, list[str]] = {node_id: [] for node_id in design.nodes}
    for edge in design.edges:
        waiting[edge.target] += 1
        followers[edge.source].append(edge.target)
    ready = [node_id for node_id, count in waiting.items() if count == 0]
    order: list[str] = []
    while ready:
        node_id = ready.pop(0)
        order.append(node_id)
        for follower in followers[node_id]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    done = set(order)
    return order, [node_id for node_id in design.nodes if node_id not in done]


def inputs_in_port_order(design: Design, node_id: str, edges: list[Edge]) -> list[Edge] | None:
    """Return the wires that feed a node, in port order (wires of a variadic port in their own order).

    None where a required port has no wire.
    """
    found: list[Edge] = []
    for port in design.nodes[node_id].layer.INPUTS:
        here = [edge for edge in edges if edge.target_port == port.name]
        if not here and not port.optional:
            return None
        found += here if port.variadic else here[:1]
    return found


def infer(design: Design) -> Inference:
    """Infer the shapes and parameters of every node that can be known. Never raises for a bad design."""
    order, cycle = order_of(design)
    result = Inference(tuple(order), tuple(cycle))
    incoming: dict[str, list[Edge]] = {node_id: [] for node_id in design.nodes}
    for edge in design.edges:
        incoming[edge.target].append(edge)
    for node_id in order:
        edges = inputs_in_port_order(design, node_id, incoming[node_id])
        if edges is None:
            continue
        shapes = [result.shape_at(design, edge.source, edge.source_port) for edge in edges]
        if any(shape is None for shape in shapes):
            continue
        known = tuple(shape for shape in shapes if shape is not None)
        _infer_node(design, node_id, known, result)
        _follow_ids(design, node_id, [edge.source for edge in edges], result)
    return result


def _follow_ids(design: Design, node_id: str, sources: list[str], result: Inference) -> None:
    """Note where ids flow, and the fault of a layer that computes with numbers but is fed ids."""
    node, layer = design.nodes[node_id], design.nodes[node_id].layer
    if not sources and layer.FED and getattr(layer, "dtype", "float") == "int":
        result.ids.add(node_id)
    if not result.ids.intersection(sources[:1] if node.type == "Output" else sources):
        return
    if node.bypassed or (layer.ALIAS and not layer.ACTIVATION_FIELD):
        result.ids.add(node_id)
    elif not layer.INTEGERS and node_id in result.outputs:
        message = f"{layer.NAME} computes with numbers, but ids arrive: put an Embedding before it."
        result.faults[node_id] = ShapeError(message, node=node_id)
        del result.outputs[node_id]


def _infer_node(design: Design, node_id: str, shapes: tuple[Shape, ...], result: Inference) -> None:
    node = design.nodes[node_id]
    result.inputs[node_id] = shapes
    if isinstance(node.layer, UnknownLayer):
        return
    if node.bypassed and shapes:
        result.outputs[node_id] = shapes[:1]
        return
    try:
        outputs = node.layer.output_shapes(shapes)
        specs = node.layer.parameter_specs(shapes)
    except ShapeError as error:
        error.node = node_id
        result.faults[node_id] = error
    except GradloomError as error:
        result.faults[node_id] = error
    else:
        result.outputs[node_id] = outputs
        result.parameters[node_id] = () if node.shares else specs
