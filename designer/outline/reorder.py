"""Swapping two layers that follow each other: pure, from a design to edits."""

from __future__ import annotations

from engine.core.errors import ConnectionRuleError
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge


def move_up(design: Design, node_id: str) -> list[e.Edit]:
    """Return the edits that put a layer before the one that feeds it. Raises ConnectionRuleError."""
    incoming = design.incoming(node_id)
    name = design.nodes[node_id].name
    if len(incoming) != 1:
        raise ConnectionRuleError(f"{name} can't move up: it should have exactly one source.", node=node_id)
    return swap(design, incoming[0].source, node_id)


def move_down(design: Design, node_id: str) -> list[e.Edit]:
    """Return the edits that put a layer behind the one that it feeds. Raises ConnectionRuleError."""
    outgoing = design.outgoing(node_id)
    name = design.nodes[node_id].name
    if len(outgoing) != 1:
        raise ConnectionRuleError(f"{name} can't move down: it should feed exactly one layer.", node=node_id)
    return swap(design, node_id, outgoing[0].target)


def swap(design: Design, first: str, second: str) -> list[e.Edit]:
    """Return the edits that exchange two neighbours of a chain, with their places on the canvas.

    Raises ConnectionRuleError where a wire would have no port to go to: at an Input or Output, or where paths meet.
    """
    one, two = design.nodes[first], design.nodes[second]
    for node in (one, two):
        if not node.layer.INPUTS or not node.layer.OUTPUTS:
            raise ConnectionRuleError(f"{node.name} is where the network begins or ends.", node=node.id)
    if (
        len(design.incoming(first)) > 1
        or len(design.outgoing(first)) != 1
        or len(design.incoming(second)) != 1
    ):
        raise ConnectionRuleError(
            f"{one.name} and {two.name} can't be exchanged: paths meet or part there.", node=second
        )
    entry, exit_ = two.layer.INPUTS[0].name, one.layer.OUTPUTS[0].name
    edits: list[e.Edit] = []
    for place, edge in enumerate(design.edges):
        new = edge
        if edge.target == first:
            new = Edge(source=edge.source, source_port=edge.source_port, target=second, target_port=entry)
        elif edge.source == first and edge.target == second:
            new = Edge(
                source=second,
                source_port=two.layer.OUTPUTS[0].name,
                target=first,
                target_port=one.layer.INPUTS[0].name,
            )
        elif edge.source == second:
            new = Edge(source=first, source_port=exit_, target=edge.target, target_port=edge.target_port)
        if new != edge:
            edits += [e.RemoveEdge(edge), e.AddEdge(new, place)]
    if one.position != two.position:
        edits += [
            e.ReplaceNode(one.with_(position=two.position)),
            e.ReplaceNode(two.with_(position=one.position)),
        ]
    return edits
