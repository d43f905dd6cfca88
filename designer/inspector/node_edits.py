"""The edits that the inspector asks for: of one node, or of several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from designer.common.forms.field_editor import label_of
from engine.core.fields import FieldSpec, describe
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Node, UnknownLayer


def field_edits(design: Design, node_ids: Sequence[str], name: str, value: object) -> list[e.Edit]:
    """Return the edits that set a layer's field in these nodes. Raises SettingError where one refuses the value."""
    edits: list[e.Edit] = []
    for node_id in node_ids:
        node = design.nodes[node_id]
        layer = node.layer.replace(**{name: value})
        if layer != node.layer:
            edits.append(e.ReplaceNode(node.with_(layer=layer)))
    return edits


def flag_edits(design: Design, node_ids: Sequence[str], **flags: Any) -> list[e.Edit]:
    """Return the edits that set what a node has beside its layer: frozen, bypassed, shares, note."""
    nodes = [design.nodes[node_id] for node_id in node_ids]
    return [e.ReplaceNode(new) for node in nodes if (new := node.with_(**flags)) != node]


def rename_edits(design: Design, node_id: str, wish: str) -> tuple[list[e.Edit], str]:
    """Return the edits that rename a node, or (nothing, what is wrong with the name)."""
    name = " ".join(wish.split())
    node = design.nodes[node_id]
    if not name:
        return [], "A layer needs a name. Type one, or press Esc for the old one."
    if "/" in name:
        return [], "A name can't hold a slash: files write weights as name/kernel."
    if design.unique_name(name, but=node_id) != name:
        return [], f"Another layer is called {name}. Choose another name."
    return ([] if name == node.name else [e.ReplaceNode(node.with_(name=name))]), ""


def common_specs(nodes: Sequence[Node]) -> tuple[FieldSpec, ...]:
    """Return the declared fields that all these nodes have, with one meaning."""
    known = [node for node in nodes if not isinstance(node.layer, UnknownLayer)]
    if len(known) < len(nodes) or not nodes:
        return ()
    first = describe(type(nodes[0].layer))
    rest = [{spec.name: spec for spec in describe(type(node.layer))} for node in nodes[1:]]
    return tuple(spec for spec in first if all(_alike(spec, other.get(spec.name)) for other in rest))


def edit_label(field: str, nodes: Sequence[Node]) -> str:
    """Return what the undo menu calls the change of a field."""
    target = nodes[0].name if len(nodes) == 1 else f"{len(nodes)} layers"
    return f"Set {label_of(field)} of {target}"


def _alike(spec: FieldSpec, other: FieldSpec | None) -> bool:
    if other is None:
        return False
    facts = ("kind", "choices", "length", "item", "registry", "optional")
    return all(getattr(spec, fact) == getattr(other, fact) for fact in facts)
