"""Making layers of a block again: from a design to the edits that do it, as one step."""

from __future__ import annotations

from itertools import count

import msgspec

from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design.blocks import Block, BlockInput, BlockLayer, BlockOutput
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.grouping import End, middle_of, phase_edits
from engine.design.phases import changed


def ungrouping(design: Design, node_id: str) -> tuple[list[e.Edit], list[str]]:
    """Return the edits that put the layers of an instance in its place, and their ids. Raises DesignError.

    The block goes too where no other instance of it is left.
    """
    node = design.nodes[node_id]
    if not isinstance(node.layer, BlockLayer) or node.layer.block not in design.blocks:
        raise DesignError(f"{node.name} is no block: there is nothing to take apart.", node=node_id)
    sharing = [other.name for other in design.nodes.values() if other.shares == node_id]
    if node.shares or sharing:
        other = sharing[0] if sharing else design.nodes[node.shares].name
        raise DesignError(
            f"{node.name} shares its weights with {other}: give each its own before it is taken apart.",
            node=node_id,
        )
    block = design.blocks[node.layer.block]
    added, ids = _unpacked(design, node, block)
    final = _unpacked_wires(design, node, block, ids)
    edits: list[e.Edit] = [
        e.RemoveEdge(edge) for edge in design.edges if node_id in (edge.source, edge.target)
    ]
    place = list(design.nodes).index(node_id)
    edits += [e.RemoveNode(node_id)]
    edits += [e.AddNode(new, place + i) for i, new in enumerate(added)]
    old = set(design.edges)
    edits += [e.AddEdge(edge, i) for i, edge in enumerate(final) if edge not in old]
    edits += _notes(design, node, block)
    if design.users_of(block.id) == 1:
        edits.append(e.RemoveBlock(block.id))
    phases = tuple(
        changed(
            phase, trains=tuple(i for t in phase.trains for i in (ids.values() if t == node_id else (t,)))
        )
        for phase in design.phases
    )
    return [*edits, *phase_edits(design, phases)], list(ids.values())


def _unpacked(design: Design, node: Node, block: Block) -> tuple[list[Node], dict[str, str]]:
    """Return the layers of a block as nodes of the design, and their ids there by those in the block."""
    layers = [inner for inner in block.nodes if not isinstance(inner.layer, BlockInput | BlockOutput)]
    middle = middle_of(layers) or (0.0, 0.0)
    at = node.position or (0.0, 0.0)
    ids: dict[str, str] = {}
    for inner in layers:
        free = inner.id not in design.nodes and inner.id not in ids.values()
        ids[inner.id] = inner.id if free else design.new_id(inner.layer, taken=ids.values())
    names: list[str] = []
    found: list[Node] = []
    for inner in layers:
        wish = ids[inner.id] if inner.name == inner.id else inner.name
        names.append(design.unique_name(wish, but=node.id, taken=names))
        place = inner.position
        found.append(
            inner.with_(
                id=ids[inner.id],
                name=names[-1],
                position=None
                if place is None
                else (place[0] - middle[0] + at[0], place[1] - middle[1] + at[1]),
                frozen=inner.frozen or node.frozen,
                bypassed=inner.bypassed or node.bypassed,
                shares=ids.get(inner.shares, ""),
            )
        )
    return found, ids


def _unpacked_wires(design: Design, node: Node, block: Block, ids: dict[str, str]) -> list[Edge]:
    """Return the wires of the design with those of a block in place of an instance."""
    nodes = {inner.id: inner for inner in block.nodes}
    outside = {edge.target_port: edge for edge in design.edges if edge.target == node.id}
    exits = {inner.id: inner.name for inner in block.nodes if isinstance(inner.layer, BlockOutput)}
    leaving = {exits[edge.target]: edge for edge in block.edges if edge.target in exits}

    def end(edge: Edge) -> End | None:
        source = nodes[edge.source]
        if not isinstance(source.layer, BlockInput):
            return (ids[edge.source], edge.source_port)
        wire = outside.get(source.name)
        return None if wire is None else (wire.source, wire.source_port)

    inner: list[Edge] = []
    for edge in block.edges:
        given = end(edge)
        if given is not None and edge.target not in exits:
            target = ids[edge.target]
            inner.append(
                Edge(source=given[0], source_port=given[1], target=target, target_port=edge.target_port)
            )
    final: list[Edge] = []
    for edge in design.edges:
        if node.id in (edge.source, edge.target):
            final, inner = [*final, *inner], []  # all of them where the first wire of the instance was
        if edge.source == node.id:
            given = end(leaving[edge.source_port]) if edge.source_port in leaving else None
            if given is not None:
                final.append(msgspec.structs.replace(edge, source=given[0], source_port=given[1]))
        elif edge.target != node.id:
            final.append(edge)
    final += inner
    if len(set(final)) != len(final):
        raise DesignError(
            f"{node.name} takes one value at two inputs, and both go to one layer: two wires alike can't be drawn.",
            node=node.id,
        )
    return final


def _notes(design: Design, node: Node, block: Block) -> list[e.Edit]:
    layers = [inner for inner in block.nodes if not isinstance(inner.layer, BlockInput | BlockOutput)]
    middle, at = middle_of(layers) or (0.0, 0.0), node.position or (0.0, 0.0)
    taken = set(design.notes)
    found: list[e.Edit] = []
    for note in block.notes:
        free = next(i for n in count(1) if (i := f"note_{n}") not in taken)
        taken.add(free)
        x, y, width, height = note.rectangle
        place = (x - middle[0] + at[0], y - middle[1] + at[1], width, height)
        found.append(e.AddNote(msgspec.structs.replace(note, id=free, rectangle=place)))
    return found
