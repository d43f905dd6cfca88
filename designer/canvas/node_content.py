"""What a card says about its node, as plain text; no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from designer.common.text import count_noun, elided_middle, format_number
from designer.document.document import Document
from engine.core.fields import describe
from engine.core.shapes import text as shape_text
from engine.design.blocks import BlockInput, BlockLayer, BlockOutput
from engine.design.design import Design
from engine.design.elements import Node, UnknownLayer
from engine.design.phases import phases_of
from engine.layers.base import Port

TIMES = " × "


@dataclass(frozen=True)
class NodeContent:
    """Name, type and family of a node, the lines of its card, its ports, and the marks on it."""

    node_id: str
    name: str
    type: str
    family: str
    shape: str
    settings: str
    parameters: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    spare: frozenset[int]
    """The numbers of the inputs that need no wire and have none."""
    frozen: bool
    bypassed: bool
    shared: bool
    block: bool
    """Whether it stands for a block, and can be entered."""
    phases: tuple[int, ...]
    """The places of the phases in which the node trains, or that have an objective at it."""
    problem: str
    """The worst severity of the node's problems: "error", "warning", "hint" or ""."""


def content_of(document: Document, node_id: str, problem: str | None = None, samples: int = 0) -> NodeContent:
    """Return what the card of a node shows.

    `problem` is the worst severity, where the caller knows it already; `samples` how many enter at an Input, 0 where
    that is not known.
    """
    node = document.design.nodes[node_id]
    inference = document.inference
    if problem is None:
        severities = [found.severity for found in document.problems_at(node_id)]
        problem = severities[0] if severities else ""
    shapes = inference.outputs.get(node_id, ()) or inference.inputs.get(node_id, ())
    count = inference.parameter_count(node_id)
    if isinstance(node.layer, BlockLayer):
        settings = inside_text(document.design, node.layer.block)
    else:
        settings = settings_text(document, node, shapes[0][-1:] if shapes else ())
    if samples and not settings and node.layer.FED:
        settings = count_noun(samples, "sample")
    return NodeContent(
        node_id=node_id,
        name=elided_middle(node.name, 32),
        type=document.design.type_of(node),
        family=node.layer.FAMILY,
        shape=shape_text(shapes[0])
        if shapes and not isinstance(node.layer, UnknownLayer)
        else "shape unknown",
        settings=settings,
        parameters=count_noun(count, "parameter") if count else "",
        inputs=node.layer.INPUTS,
        outputs=node.layer.OUTPUTS,
        spare=_spare(document.design, node),
        frozen=node.frozen,
        bypassed=node.bypassed,
        shared=bool(node.shares),
        block=isinstance(node.layer, BlockLayer),
        phases=tuple(phases_of(document.design, node_id)) if document.design.phases else (),
        problem=problem,
    )


def _spare(design: Design, node: Node) -> frozenset[int]:
    inputs = node.layer.INPUTS
    wired = {edge.target_port for edge in design.incoming(node.id)} if len(inputs) > 1 else set()
    return frozenset(number for number, port in enumerate(inputs) if port.optional and port.name not in wired)


def inside_text(design: Design, block_id: str) -> str:
    """Return how much is in a block: "5 layers"."""
    block = design.blocks.get(block_id)
    if block is None:
        return "block missing"
    inside = [node for node in block.nodes if not isinstance(node.layer, BlockInput | BlockOutput)]
    return count_noun(len(inside), "layer")


def settings_text(document: Document, node: Node, features: tuple[int, ...] = ()) -> str:
    """Return the one or two settings that matter, such as "3 × 3 · relu"; for a merging layer, its inputs.

    What the shape says anyhow is left out: units or filters that are the output's last axis (`features`).
    """
    layer, parts = node.layer, []
    rules = (field.name for field in describe(type(layer)) if field.registry == "reparameterization")
    for name in dict.fromkeys((*layer.SUMMARY_FIELDS, layer.ACTIVATION_FIELD, *rules)):
        value = getattr(layer, name, None) if name else None
        if name in ("units", "filters") and (value,) == features:
            continue
        if name in ("shape", "target_shape") or value in (None, "linear", ""):
            continue  # the shape has a line of its own, and what does nothing says nothing
        parts.append(value_text(name, value))
    if not parts and any(port.variadic for port in layer.INPUTS):
        return count_noun(len(document.design.incoming(node.id)), "input")
    return elided_middle(" · ".join(parts), 36)


def value_text(name: str, value: Any) -> str:
    """Return a setting's value in short."""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if isinstance(value, bool):
        return name.replace("_", " ") if value else f"no {name.replace('_', ' ')}"
    if isinstance(value, tuple):
        return TIMES.join(str(part) for part in value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{name.replace('_', ' ')} {format_number(value)}"
    return str(value)
