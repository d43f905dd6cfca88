"""What the canvas says of the thing under a resting pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from designer.canvas.badges import Badge
from designer.canvas.hits import Hit
from designer.canvas.node_content import inside_text
from designer.common.text import count_noun, format_amount, format_number
from designer.document.document import Document
from engine.compiler.summary import multiply_adds
from engine.core.shapes import Shape
from engine.core.shapes import text as shape_text
from engine.design.blocks import BlockLayer
from engine.design.elements import Edge
from engine.design.phases import phases_of


def tooltip(
    document: Document, hit: Hit, badges: Sequence[Badge] = (), gradients: Mapping[Edge, float] | None = None
) -> str:
    """Return the tooltip of what was hit, as rich text; "" for nothing to say."""
    if hit.kind == "port":
        return _port(document, hit)
    if hit.node:
        return _node(document, hit.node, badges)
    if hit.edge is not None:
        return _wire(document, hit.edge, gradients)
    return ""


def _node(document: Document, node_id: str, badges: Sequence[Badge]) -> str:
    node, inference = document.design.nodes[node_id], document.inference
    block = document.design.blocks.get(getattr(node.layer, "block", ""))
    lines = [f"<b>{escape(node.name)}</b> &nbsp; {escape(document.design.type_of(node))}"]
    if block is not None:
        lines += [escape(block.description)] * bool(block.description)
        lines.append(f"{inside_text(document.design, block.id).capitalize()} inside: double-click to go in")
    if node.layer.FORMULA:
        lines.append(escape(node.layer.FORMULA))
    arriving, leaving = inference.inputs.get(node_id, ()), inference.outputs.get(node_id, ())
    if arriving or leaving:
        lines.append(f"{_shapes(arriving)} → {_shapes(leaving)}")
    if count := inference.parameter_count(node_id):
        specs = inference.parameters.get(node_id, ())
        each = ", ".join(f"{spec.name} {shape_text(spec.shape)}" for spec in specs)
        which = "" if block is not None else f": {escape(each)}"
        lines.append(f"{count_noun(count, 'parameter')}{which}")
    if work := _multiply_adds(document, node_id):
        lines.append(f"{format_amount(work)} multiply-adds per sample")
    states = [word for word, on in (("frozen", node.frozen), ("bypassed", node.bypassed)) if on]
    if node.shares and node.shares in document.design.nodes:
        states.append(f"shares the weights of {document.design.nodes[node.shares].name}")
    if states:
        lines.append(escape(", ".join(states).capitalize()))
    phases = document.design.phases
    if phases and (places := phases_of(document.design, node_id)):
        names = ", ".join(f"{place + 1} {phases[place].name}" for place in places)
        lines.append(escape(f"{'Objective' if node.type == 'Output' else 'Trained'} in phase {names}"))
    signs = {"error": "✖", "warning": "▲", "hint": "•"}
    lines += [f"{signs[p.severity]} {escape(p.message)}" for p in document.problems_at(node_id)]
    lines += [f"▲ {escape(badge.tooltip or badge.text)}" for badge in badges if badge.tone != "healthy"]
    return _page(lines)


def _wire(document: Document, edge: Edge, gradients: Mapping[Edge, float] | None) -> str:
    design = document.design
    source, target = design.nodes[edge.source], design.nodes[edge.target]
    shape = document.inference.shape_at(design, edge.source, edge.source_port)
    lines = [f"<b>{escape(source.name)}</b> → <b>{escape(target.name)}</b>"]
    lines.append(f"Shape {shape_text(shape)}" if shape is not None else "Shape not known yet")
    if gradients is not None and edge in gradients:
        lines.append(f"Gradient flowing back: RMS {format_number(gradients[edge])}")
    return _page(lines)


def _port(document: Document, hit: Hit) -> str:
    node = document.design.nodes[hit.node]
    output, number = hit.port
    ports = node.layer.OUTPUTS if output else node.layer.INPUTS
    port = ports[number]
    lines = [f"<b>{escape(node.name)}</b> &nbsp; {'output' if output else 'input'} {escape(port.name)}"]
    if port.help:
        lines.append(escape(port.help))
    if output and (shape := document.inference.shape_at(document.design, hit.node, port.name)) is not None:
        lines.append(f"Shape {shape_text(shape)}")
    if not output:
        lines.append("Takes any number of wires" if port.variadic else "Takes one wire")
        if port.optional:
            lines.append("May be left open")
    return _page(lines)


def _shapes(shapes: Sequence[Shape]) -> str:
    return ", ".join(shape_text(shape) for shape in shapes) or "–"


def _multiply_adds(document: Document, node_id: str) -> int:
    inputs = document.inference.inputs.get(node_id)
    node = document.design.nodes[node_id]
    if inputs is None or node_id not in document.inference.outputs or node.bypassed:
        return 0
    inner = document.inference.inner.get(node_id)
    if inner is None or not isinstance(node.layer, BlockLayer):
        return node.layer.multiply_adds(inputs)
    return multiply_adds(document.design.inside(node.layer.block), inner)


def _page(lines: Sequence[str]) -> str:
    return "<div style='white-space: pre-wrap'>" + "<br>".join(lines) + "</div>"
