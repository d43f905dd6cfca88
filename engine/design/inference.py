"""Shape inference: what flows along every wire, and what each layer needs, for a design that may be half drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.core.errors import GradloomError, ShapeError
from engine.core.shapes import Shape, size
from engine.design.blocks import Arriving, BlockInput, BlockLayer, BlockOutput, contains_itself
from engine.design.design import Design
from engine.design.elements import Edge, UnknownLayer
from engine.layers.base import ParameterSpec
from engine.reparameterizations.base import with_extras


@dataclass(frozen=True)
class Inference:
    """What is known of a design without running it.

    `order` lists the node ids so that every node comes after those that feed it; nodes on a cycle are in `cycle`
    instead. `outputs` and `inputs` hold the shapes at the ports of the nodes whose inputs are all known. `faults` holds
    the errors that a layer raised for what arrives at it. `inner` holds what is known inside each instance of a block;
    the parameters of an instance are those of its layers, as "dense_1/kernel". For such an inside, `arriving` is what
    comes to its input ports.
    """

    order: tuple[str, ...]
    cycle: tuple[str, ...]
    inputs: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    outputs: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    parameters: dict[str, tuple[ParameterSpec, ...]] = field(default_factory=dict)
    faults: dict[str, GradloomError] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    """The nodes that give whole numbers which name something: an Input of ids, and what passes them on."""
    inner: dict[str, Inference] = field(default_factory=dict)
    arriving: Mapping[str, Arriving] | None = None

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
    arriving = design.arriving
    if arriving is not None:
        design = _without_unwired(design, arriving)
    order, cycle = order_of(design)
    result = Inference(tuple(order), tuple(cycle), arriving=arriving)
    incoming: dict[str, list[Edge]] = {node_id: [] for node_id in design.nodes}
    for edge in design.edges:
        incoming[edge.target].append(edge)
    for node_id in order:
        layer = design.nodes[node_id].layer
        if isinstance(layer, BlockInput):
            _infer_port(design, node_id, result)
            continue
        if isinstance(layer, BlockLayer):
            _infer_block(design, node_id, incoming[node_id], result)
            continue
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


def _without_unwired(design: Design, arriving: Mapping[str, Arriving]) -> Design:
    """Return the inside of a block without the wires from input ports at which nothing arrives."""
    unwired = {
        node.id
        for node in design.nodes.values()
        if isinstance(node.layer, BlockInput) and node.name not in arriving
    }
    if not any(edge.source in unwired for edge in design.edges):
        return design
    twin = design.copy()
    twin.edges = [edge for edge in design.edges if edge.source not in unwired]
    return twin


def _infer_port(design: Design, node_id: str, result: Inference) -> None:
    here = (design.arriving or {}).get(design.nodes[node_id].name)
    if here is not None and here.shape is not None:
        result.inputs[node_id], result.outputs[node_id] = (), (here.shape,)
        if here.ids:
            result.ids.add(node_id)


def _infer_block(design: Design, node_id: str, edges: list[Edge], result: Inference) -> None:
    """Infer an instance of a block by what it holds; a block that is not there, or holds itself, gives nothing."""
    node, layer = design.nodes[node_id], design.nodes[node_id].layer
    assert isinstance(layer, BlockLayer)
    if layer.block not in design.blocks or contains_itself(design.blocks, layer.block):
        return
    wires = {edge.target_port: edge for edge in reversed(edges)}
    arriving = {
        port: Arriving(result.shape_at(design, edge.source, edge.source_port), edge.source in result.ids)
        for port, edge in wires.items()
    }
    inside = design.inside(layer.block, arriving)
    inner = result.inner[node_id] = infer(inside)
    fed = [arriving[port.name] for port in layer.INPUTS if port.name in arriving]
    lacking = any(port.name not in arriving and not port.optional for port in layer.INPUTS)
    if lacking or any(here.shape is None for here in fed):
        return
    result.inputs[node_id] = tuple(here.shape for here in fed if here.shape is not None)
    if node.bypassed and fed:
        result.outputs[node_id] = result.inputs[node_id][:1]
        if fed[0].ids:
            result.ids.add(node_id)
        return
    gates = {gate.name: gate.id for gate in inside.nodes.values() if isinstance(gate.layer, BlockOutput)}
    exits = [gates[port.name] for port in layer.outputs]
    if any(exit_id not in inner.inputs for exit_id in exits):
        return
    result.outputs[node_id] = tuple(inner.inputs[exit_id][0] for exit_id in exits)
    carried = [edge.source in inner.ids for edge in inside.edges if edge.target in exits]
    if carried and all(carried):
        result.ids.add(node_id)
    result.parameters[node_id] = () if node.shares else tuple(inner_parameters(inside, inner))


def inner_parameters(inside: Design, inner: Inference) -> Iterator[ParameterSpec]:
    """Yield what the layers inside a block need, named "dense_1/kernel"."""
    for node_id, specs in inner.parameters.items():
        for spec in specs:
            yield spec._replace(name=f"{inside.nodes[node_id].name}/{spec.name}")


def _follow_ids(design: Design, node_id: str, sources: list[str], result: Inference) -> None:
    """Note where ids flow, and the fault of a layer that computes with numbers but is fed ids, or the reverse."""
    node, layer = design.nodes[node_id], design.nodes[node_id].layer
    if not sources and layer.FED and getattr(layer, "dtype", "float") == "int":
        result.ids.add(node_id)
    if (
        layer.INTEGERS
        and not node.bypassed
        and node_id in result.outputs
        and not result.ids.issuperset(sources)
    ):
        message = f"{layer.NAME} takes ids, but numbers arrive: set the dtype of the Input before it to int."
        result.faults[node_id] = ShapeError(message, node=node_id)
        del result.outputs[node_id]
    if not result.ids.intersection(sources[:1] if node.type == "Output" else sources):
        return
    if node.bypassed or (layer.ALIAS and not layer.ACTIVATION_FIELD):
        result.ids.add(node_id)
    elif not layer.INTEGERS and not isinstance(layer, BlockOutput) and node_id in result.outputs:
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
        specs = with_extras(node.layer.parameter_specs(shapes))
    except ShapeError as error:
        error.node = node_id
        result.faults[node_id] = error
    except GradloomError as error:
        result.faults[node_id] = error
    else:
        result.outputs[node_id] = outputs
        result.parameters[node_id] = () if node.shares else specs
