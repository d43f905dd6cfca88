"""Layers that use one set of weights: who may share whose, and the edits that make or end it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Node


def sharing_candidates(design: Design, node: Node, parameters: Mapping[str, tuple[Any, ...]]) -> list[Node]:
    """Return the nodes whose parameters have the shapes that this one needs, and are their own; of an instance of a
    block the other instances."""

    def shapes(node_id: str) -> list[tuple[str, tuple[int, ...]]]:
        return [(spec.name, spec.shape) for spec in parameters.get(node_id, ())]

    wanted, block = shapes(node.shares or node.id), getattr(node.layer, "block", "")
    return [
        other
        for other in design.nodes.values()
        if other.id != node.id
        and other.type == node.type
        and not other.shares
        and (
            other.id == node.shares
            or (wanted and shapes(other.id) == wanted)
            or (block and getattr(other.layer, "block", "") == block)
        )
    ]


def sharing(design: Design, node_id: str, owner_id: str) -> list[e.Edit]:
    """Return the edits by which a node, and every node that uses its weights so far, uses those of `owner_id`."""
    followers = [node for node in design.nodes.values() if node.shares == node_id and node.id != owner_id]
    return [e.ReplaceNode(node.with_(shares=owner_id)) for node in (design.nodes[node_id], *followers)]


def owning(design: Design, node_ids: Iterable[str]) -> list[e.Edit]:
    """Return the edits that give nodes weights of their own again."""
    nodes = [design.nodes[node_id] for node_id in node_ids if node_id in design.nodes]
    return [e.ReplaceNode(node.with_(shares="")) for node in nodes if node.shares]
