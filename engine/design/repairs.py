"""Cures for what does not fit: which layer, put on the wire, would make what arrives acceptable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.core.errors import GradloomError
from engine.core.problems import Repair
from engine.core.shapes import Shape, size, text
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.layout import Size
from engine.design.room import card_size, make_room
from engine.layers.base import Layer, layers


def insertion(
    design: Design, edge: Edge, layer: Layer, sizes: Mapping[str, Size] | None = None
) -> list[e.Edit]:
    """Return the edits that put a new node of `layer` on a wire, between its two ends, in the wire's own place.

    What follows is moved aside where there is too little room; `sizes` are those of the nodes as they are drawn.
    """
    node_id = design.new_id(layer)
    name = design.unique_name(node_id)
    position, moves = make_room(design, edge, sizes, card_size(name))
    node = Node(id=node_id, name=name, layer=layer, position=position)
    first = Edge(
        source=edge.source, target=node_id, source_port=edge.source_port, target_port=layer.INPUTS[0].name
    )
    second = Edge(
        source=node_id, target=edge.target, source_port=layer.OUTPUTS[0].name, target_port=edge.target_port
    )
    index = design.edges.index(edge)
    return [*moves, e.RemoveEdge(edge), e.AddNode(node), e.AddEdge(second, index), e.AddEdge(first)]


def shape_repairs(design: Design, node: Node, shapes: tuple[Shape, ...]) -> tuple[Repair, ...]:
    """Return what makes `node` accept what arrives: a setting of its own, or a layer before it; each label once."""
    edges = design.incoming(node.id)
    if not edges or len(edges) != len(shapes):
        return ()
    found: list[Repair] = []
    for place, (edge, shape) in enumerate(zip(edges, shapes, strict=True)):
        others = [other for index, other in enumerate(shapes) if index != place]
        for label, layer in dict(_candidates(shape, others)).items():
            try:
                arriving = layer.output_shapes((shape,))[0]
                node.layer.output_shapes(tuple(arriving if i == place else s for i, s in enumerate(shapes)))
            except GradloomError:
                continue
            found.append(Repair(label, tuple(insertion(design, edge, layer))))
        if found:
            break
    return (*_own_setting(node, shapes), *found)[:3]


def ids_repairs(design: Design, node: Node, ids: Collection[str]) -> tuple[Repair, ...] | None:
    """Return what brings ids to a layer that takes them, and numbers to one that computes with these.

    `ids` are the nodes that give ids. None where what arrives is what the layer takes: then the fault is another.
    """
    found: list[Repair] | None = None
    for edge in design.incoming(node.id):
        source, takes_ids = design.nodes[edge.source], node.layer.INTEGERS
        if (source.id in ids) == takes_ids or edge.target_port == "target":
            continue
        found = found or []
        if not takes_ids and "Embedding" in layers.classes:
            found.append(Repair("Insert Embedding", tuple(insertion(design, edge, layers["Embedding"]()))))
        if source.type == "Input":
            kind, what = ("int", "ids") if takes_ids else ("float", "numbers")
            changed = source.with_(layer=source.layer.replace(dtype=kind))
            found.append(Repair(f"Let {source.name} give {what}", (e.ReplaceNode(changed),)))
    return None if found is None else tuple(found[:3])


def _own_setting(node: Node, shapes: tuple[Shape, ...]) -> Iterator[Repair]:
    """Yield the change of the node's own settings that would do."""
    try:
        changed = node.layer.fitting(shapes)
        if changed is None:
            return
        changed.output_shapes(shapes)
    except GradloomError:
        return
    before, after = node.layer.to_data(), changed.to_data()
    words = [
        f"{name.replace('_', ' ')} to {_shown(after[name])}" for name in after if after[name] != before[name]
    ]
    yield Repair(f"Set {' and '.join(words)}", (e.ReplaceNode(node.with_(layer=changed)),))


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)


def _candidates(shape: Shape, others: list[Shape]) -> list[tuple[str, Layer]]:
    wanted: list[tuple[str, str, dict[str, Any]]] = []
    if len(shape) == 3:
        wanted.append(("Insert GlobalAveragePooling2D", "GlobalAveragePooling2D", {}))
    if len(shape) > 1:
        wanted.append((f"Insert Flatten: {text(shape)} to {size(shape):,}", "Flatten", {}))
    for other in others:
        if other != shape and size(other) == size(shape):
            wanted.append((f"Insert Reshape to {text(other)}", "Reshape", {"target_shape": list(other)}))
        elif len(shape) == len(other) == 1:
            wanted.append((f"Insert Dense with {other[0]:,} units", "Dense", {"units": other[0]}))
        elif len(shape) == len(other) == 3 and shape[:2] == other[:2]:
            settings = {"filters": other[2], "kernel_size": [1, 1]}
            wanted.append((f"Insert a 1 × 1 Conv2D with {other[2]:,} filters", "Conv2D", settings))
    if len(shape) == 1:
        side = round(shape[0] ** 0.5)
        if side * side == shape[0] and side > 1:
            settings = {"target_shape": [side, side, 1]}
            wanted.append((f"Insert Reshape to {side} × {side} × 1", "Reshape", settings))
        else:
            wanted.append((f"Insert Reshape to {shape[0]:,} × 1", "Reshape", {"target_shape": [shape[0], 1]}))
    return [(label, layers[name].validated(data)) for label, name, data in wanted if name in layers.classes]
