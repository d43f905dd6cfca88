"""Transfer learning: keep what a network has learnt, and give it another head for another task.

Formula: y = head(features(x)), where the features' weights are those learnt on much data and stay as they are
(frozen), and only the new head is trained, on little data. After that the rest is let free again and trained a little
further at a lower learning rate.
Source: Yosinski, Clune, Bengio and Lipson 2014, How transferable are features in deep neural networks?
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Node
from engine.design.inference import Inference, infer


def head_of(design: Design, output_id: str, inference: Inference | None = None) -> Node:
    """Return the last layer with weights before an Output. Raises DesignError where there is none."""
    parameters = (inference or infer(design)).parameters
    node_id = output_id
    while True:
        edges = [edge for edge in design.incoming(node_id) if edge.target_port != "target"]
        if len(edges) != 1:
            name = design.nodes[output_id].name
            raise DesignError(
                f"No single layer with weights leads to {name}: there is no head to cut.", node=output_id
            )
        node_id = edges[0].source
        if parameters.get(node_id):
            return design.nodes[node_id]


def new_head(design: Design, output_id: str, units: int, inference: Inference | None = None) -> list[e.Edit]:
    """Return the edits that put a new layer of `units` in the place of the head, with no weights learnt yet.

    Raises DesignError where the head is not a Dense layer.
    """
    old = head_of(design, output_id, inference)
    if old.type != "Dense":
        raise DesignError(
            f"The head of the network, {old.name}, is no Dense layer: put one there first.", node=old.id
        )
    others = [node.name for node in design.nodes.values() if node.id != old.id]
    new = Node(
        id=design.new_id("Dense"),
        name=design.unique_name("new_head", taken=others),
        layer=old.layer.replace(units=units),
        position=old.position,
    )
    edits: list[e.Edit] = [e.AddNode(new, list(design.nodes).index(old.id))]
    for edge in design.edges:
        if old.id in (edge.source, edge.target):
            source = new.id if edge.source == old.id else edge.source
            target = new.id if edge.target == old.id else edge.target
            edits.append(e.AddEdge(edge.replace(source=source, target=target), design.edges.index(edge)))
            edits.append(e.RemoveEdge(edge))
    return [*edits, e.RemoveNode(old.id)]


def frozen_but(design: Design, free: Iterable[str], inference: Inference | None = None) -> list[e.Edit]:
    """Return the edits that freeze every layer with weights but those with the ids in `free`."""
    spared, parameters = set(free), (inference or infer(design)).parameters
    return [
        e.ReplaceNode(node.with_(frozen=True))
        for node in design.nodes.values()
        if parameters.get(node.id) and not node.frozen and node.id not in spared
    ]


def unfrozen(design: Design) -> list[e.Edit]:
    """Return the edits that let every layer move again."""
    return [e.ReplaceNode(node.with_(frozen=False)) for node in design.nodes.values() if node.frozen]
