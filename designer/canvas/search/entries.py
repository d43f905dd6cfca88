"""What the search palette lists: layer types, or ports that a wire can be led to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from designer.canvas.connecting import End, edge_between, first_fitting_port, fitting_layers
from designer.common.fuzzy import score
from designer.document.document import Document
from engine.core.shapes import text as shape_text
from engine.design.block_library import offers
from engine.layers.base import Layer, layers

COMMON = (
    "Dense",
    "Conv2D",
    "MaxPooling2D",
    "Flatten",
    "Dropout",
    "BatchNormalization",
    "Add",
    "Input",
    "Output",
)
"""What is listed first while nothing is typed."""
OUTSIDE = ("Input", "Output")
"""What does not stand inside a block."""


@dataclass(frozen=True)
class SearchEntry:
    """One line: what is written, what else it is found under, and what choosing it means (`payload`)."""

    title: str
    detail: str
    family: str
    payload: Any
    keywords: tuple[str, ...] = ()
    stands_on_wires: bool = True
    """Whether it has an input and an output, so that it can be put into a wire."""


def layer_entries(document: Document, end: End | None = None) -> list[SearchEntry]:
    """Return the layer types and the blocks; with a wire's fixed end only those that it could lead to."""
    types: Sequence[type[Layer]] = (
        list(layers.classes.values()) if end is None else fitting_layers(document, end)
    )
    inside = bool(document.design.block)
    entries = [
        SearchEntry(
            kind.NAME,
            _first_line(kind),
            kind.FAMILY,
            kind.NAME,
            (*kind.KEYWORDS, kind.CATEGORY),
            bool(kind.INPUTS and kind.OUTPUTS),
        )
        for kind in types
        if not (inside and kind.NAME in OUTSIDE)
    ]
    entries += [
        SearchEntry(
            offer.title, offer.detail, offer.family, offer.name, offer.keywords, offer.enters and offer.leaves
        )
        for offer in offers(document.design)
        if end is None or (offer.enters if end.output else offer.leaves)
    ]
    order = {name: index for index, name in enumerate(COMMON)}
    return sorted(entries, key=lambda entry: (order.get(entry.title, len(order)), entry.title))


def target_entries(document: Document, end: End) -> list[SearchEntry]:
    """Return the ports that a wire from `end` may be led to, those of the nodes after it first."""
    entries = []
    order = document.inference.order or tuple(document.design.nodes)
    place = order.index(end.node) if end.node in order else 0
    for node_id in [*order[place + 1 :], *order[:place]]:
        node = document.design.nodes[node_id]
        goal, reason = first_fitting_port(document, end, node_id)
        if goal is None or reason:
            continue
        edge = edge_between(end, goal)
        shapes = document.inference.outputs.get(node_id, ())
        detail = f"{node.type}  {shape_text(shapes[0])}" if shapes else node.type
        name = node.name if len(node.layer.INPUTS) <= 1 else f"{node.name} · {goal.port}"
        entries.append(SearchEntry(name, detail, node.layer.FAMILY, edge, (node.type,)))
    return entries


def matching(entries: Iterable[SearchEntry], query: str) -> list[SearchEntry]:
    """Return the entries that fit what was typed, the best first; equals keep their order."""
    rated = [(score(query, entry.title, entry.keywords), entry) for entry in entries]
    return [entry for rate, entry in sorted(rated, key=lambda one: -one[0]) if rate > 0]


def _first_line(kind: type[Layer]) -> str:
    text = (kind.__doc__ or "").strip().splitlines()
    return text[0].rstrip(".") if text else kind.CATEGORY
