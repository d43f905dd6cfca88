"""What a wire under way may do: the engine's rules, asked for the canvas and answered in words."""

from __future__ import annotations

from dataclasses import dataclass

from designer.document import editing
from designer.document.document import Document
from engine.core.errors import GradloomError
from engine.core.problems import Repair
from engine.core.shapes import text as shape_text
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge
from engine.design.inference import infer
from engine.design.repairs import shape_repairs
from engine.design.rules import check_connection, displaced
from engine.layers.base import Layer, layers


@dataclass(frozen=True)
class End:
    """One end of a wire: a port of a node."""

    node: str
    output: bool
    port: str


def edge_between(one: End, other: End) -> Edge | None:
    """Return the wire from an output to an input, whichever of the two was named first; None for two alike."""
    if one.output == other.output:
        return None
    source, target = (one, other) if one.output else (other, one)
    return Edge(source=source.node, source_port=source.port, target=target.node, target_port=target.port)


def without(design: Design, edge: Edge | None) -> Design:
    """Return the design as it is while `edge` is held in the hand."""
    if edge is None or edge not in design.edges:
        return design
    twin = design.copy()
    twin.apply(e.RemoveEdge(edge))
    return twin


def refusal(document: Document, edge: Edge, held: Edge | None = None) -> str:
    """Return why a wire may not be drawn, or "". A wire that it would take the place of does not count."""
    trial = without(document.design, held)
    if edge in trial.edges:
        names = trial.nodes[edge.source].name, trial.nodes[edge.target].name
        return f"{names[0]} feeds {names[1]} already."
    try:
        for edit in displaced(trial, edge):
            trial = trial.copy() if trial is document.design else trial
            trial.apply(edit)
        check_connection(trial, edge, inference=document.inference)
    except GradloomError as error:
        return str(error)
    return ""


def connect_edits(document: Document, edge: Edge, held: Edge | None = None) -> list[e.Edit]:
    """Return the edits that draw a wire, or that move the held wire's end there."""
    if held is None:
        return editing.connection(document.design, edge, document.inference)
    return editing.replugging(document.design, held, edge)


def cures(document: Document, edge: Edge, held: Edge | None = None) -> list[Repair]:
    """Return the ways to draw a wire whose shape doesn't fit: layers that, put in between, make it fit."""
    trial = without(document.design, held).copy()
    first: list[e.Edit] = [] if held is None else [e.RemoveEdge(held)]
    try:
        freed = displaced(trial, edge)
        for edit in freed:
            trial.apply(edit)
        check_connection(trial, edge, shapes=False)
    except GradloomError:
        return []
    trial.apply(e.AddEdge(edge))
    shapes = infer(trial).inputs.get(edge.target, ())
    repairs = shape_repairs(trial, trial.nodes[edge.target], shapes)
    distinct = {repair.label: repair for repair in reversed(repairs)}
    return [
        Repair(label, (*first, *freed, e.AddEdge(edge), *repair.edits))
        for label, repair in reversed(distinct.items())
    ]


def shape_label(document: Document, edge: Edge) -> str:
    """Return both shapes of a wire: what arrives, and what the target makes of it or takes now."""
    inference, design = document.inference, document.design
    arriving = inference.shape_at(design, edge.source, edge.source_port)
    source = shape_text(arriving) if arriving is not None else "shape unknown"
    target = design.nodes[edge.target]
    if arriving is not None and len([p for p in target.layer.INPUTS if not p.optional]) <= 1:
        try:
            made = target.layer.output_shapes((arriving,))
        except (GradloomError, ValueError):
            made = ()
        if made:
            return f"{source}  →  {target.name}  →  {shape_text(made[0])}"
    taken = inference.inputs.get(edge.target, ())
    return f"{source}  →  {target.name}" + (f", which takes {shape_text(taken[0])}" if taken else "")


def port_shape(document: Document, end: End) -> str:
    """Return the shape at a port, as text."""
    if end.output:
        shape = document.inference.shape_at(document.design, end.node, end.port)
        return shape_text(shape) if shape is not None else "shape unknown"
    return document.design.nodes[end.node].name


def fitting_layers(document: Document, end: End) -> list[type[Layer]]:
    """Return the layer types, as new, that a wire from this port could lead to."""
    found = []
    shape = document.inference.shape_at(document.design, end.node, end.port) if end.output else None
    for layer_type in layers.classes.values():
        ports = layer_type.INPUTS if end.output else layer_type.OUTPUTS
        if not ports:
            continue
        if end.output and shape is not None and len([p for p in ports if not p.optional]) == 1:
            try:
                layer_type().output_shapes((shape,))
            except (GradloomError, ValueError, TypeError, IndexError):
                continue
        found.append(layer_type)
    return found


def first_fitting_port(
    document: Document, end: End, node_id: str, held: Edge | None = None
) -> tuple[End | None, str]:
    """Return the port of a node at which a wire from `end` fits best, and the reason where none does.

    Free ports come before taken ones.
    """
    node = document.design.nodes[node_id]
    ports = node.layer.INPUTS if end.output else node.layer.OUTPUTS
    if node_id == end.node:
        return None, f"{node.name} can't feed itself."
    if not ports:
        return None, f"{node.name} has no {'input' if end.output else 'output'}."
    taken = {x.target_port for x in document.design.edges if x.target == node_id and x != held}
    ordered = sorted(ports, key=lambda port: end.output and port.name in taken and not port.variadic)
    reason = ""
    for port in ordered:
        other = End(node_id, not end.output, port.name)
        edge = edge_between(end, other)
        assert edge is not None
        reason = refusal(document, edge, held)
        if not reason:
            return other, ""
    return End(node_id, not end.output, ordered[0].name), reason
