"""What follows from an edit inside a block for the wires outside: a port that is renamed keeps them, one that goes
takes them along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from engine.design import edits as e
from engine.design.blocks import BlockInput, BlockLayer, BlockOutput
from engine.design.design import Design
from engine.design.elements import Edge, Node


def with_following(design: Design, edits: Iterable[e.Edit]) -> list[e.Edit]:
    """Return edits of a design with those that follow from them wherever a port of a block is renamed or removed."""
    edits = list(edits)
    if not any(isinstance(edit, e.EditBlock) for edit in edits):
        return edits
    twin = design.copy()
    found: list[e.Edit] = []
    for edit in edits:
        following = list(_following(twin, edit)) if isinstance(edit, e.EditBlock) else []
        for each in (edit, *following):
            twin.apply(each)
            found.append(each)
    return found


def _following(design: Design, edit: e.EditBlock) -> Iterator[e.Edit]:
    inner = edit.edit
    if not isinstance(inner, e.ReplaceNode | e.RemoveNode) or edit.block_id not in design.blocks:
        return
    node_id = inner.node_id if isinstance(inner, e.RemoveNode) else inner.node.id
    before = next((node for node in design.blocks[edit.block_id].nodes if node.id == node_id), None)
    if before is None or not isinstance(before.layer, BlockInput | BlockOutput):
        return
    name = "" if isinstance(inner, e.RemoveNode) else inner.node.name
    if name == before.name:
        return
    for holder, edge in _wires_at(design, edit.block_id, before):
        yield e.within(holder, e.RemoveEdge(edge))
        if name:
            port = "target_port" if isinstance(before.layer, BlockInput) else "source_port"
            place = (design if not holder else design.inside(holder)).edges.index(edge)
            yield e.within(holder, e.AddEdge(msgspec.structs.replace(edge, **{port: name}), place))


def _wires_at(design: Design, block_id: str, port: Node) -> Iterator[tuple[str, Edge]]:
    """Yield the wires at a port of a block's instances, with the id of the block in which each is drawn."""
    places = [("", design.nodes, design.edges)]
    places += [(b.id, {n.id: n for n in b.nodes}, list(b.edges)) for b in design.blocks.values()]
    for holder, nodes, edges in places:
        for edge in edges:
            entering = isinstance(port.layer, BlockInput)
            layer = nodes[edge.target if entering else edge.source].layer
            name = edge.target_port if entering else edge.source_port
            if isinstance(layer, BlockLayer) and layer.block == block_id and name == port.name:
                yield holder, edge
