"""A part of a network as text: what the clipboard carries within a window, across windows, and into a mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from designer.document.limits import CLIPBOARD_BYTES
from engine.core.errors import FileFormatError, GradloomError
from engine.design import edits as e
from engine.design.blocks import Block, BlockLayer, needed
from engine.design.design import Design
from engine.design.document_json import FORMAT as DESIGN_FORMAT
from engine.design.document_json import (
    block_text,
    blocks_from_data,
    build_design,
    edge_to_data,
    migrate,
    node_from_data,
    node_to_data,
    parse,
)
from engine.design.elements import Edge, Node, Note, Position
from engine.design.grouping import unique_block_name
from engine.layers.base import Layer

FORMAT = "gradloom-nodes"
VERSION = 1


class Fragment(msgspec.Struct, frozen=True):
    """Nodes, the wires between them, comments, and the blocks that the nodes are instances of."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Note, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def corner(self) -> Position:
        """The top left corner of everything that has a place."""
        places = [node.position for node in self.nodes if node.position is not None]
        places += [note.rectangle[:2] for note in self.notes]
        return (min(x for x, _ in places), min(y for _, y in places)) if places else (0.0, 0.0)


def fragment_of(design: Design, nodes: Iterable[str], notes: Iterable[str] = ()) -> Fragment:
    """Return the part of a design that holds these nodes and comments, and the wires between the nodes."""
    chosen = set(nodes)
    found = tuple(node for node in design.nodes.values() if node.id in chosen)
    return Fragment(
        nodes=found,
        edges=tuple(edge for edge in design.edges if edge.source in chosen and edge.target in chosen),
        notes=tuple(note for note in design.notes.values() if note.id in set(notes)),
        blocks=tuple(design.blocks[block_id] for block_id in needed(design.blocks, found)),
    )


def write_fragment(fragment: Fragment) -> str:
    """Return a fragment as JSON text, one node to a line."""
    rows = {
        "nodes": [node_to_data(node) for node in fragment.nodes],
        "edges": [edge_to_data(edge) for edge in fragment.edges],
        "notes": [note.to_data() for note in fragment.notes],
    }
    parts = [f'"format": "{FORMAT}"', f'"version": {VERSION}']
    for key, values in rows.items():
        body = ",\n  ".join(json.dumps(value, ensure_ascii=False, allow_nan=False) for value in values)
        parts.append(f'"{key}": [\n  {body}\n ]' if values else f'"{key}": []')
    if fragment.blocks:
        body = ",\n".join(block_text(block) for block in fragment.blocks)
        parts.append(f'"blocks": [\n{body}\n ]')
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def read_fragment(text: str) -> Fragment:
    """Return the fragment in `text`: a part of a network, or a whole design. Raises FileFormatError."""
    if len(text) > CLIPBOARD_BYTES:
        raise FileFormatError(
            f"The clipboard holds more than {CLIPBOARD_BYTES // 2**20} MiB: it can't be layers."
        )
    data = parse(text)
    if data.get("format") == DESIGN_FORMAT:
        whole = build_design(migrate(data))
        blocks = tuple(whole.blocks[block_id] for block_id in needed(whole.blocks, whole.nodes.values()))
        parts = (tuple(whole.nodes.values()), tuple(whole.edges), tuple(whole.notes.values()))
        return Fragment(*parts, blocks)
    if data.get("format") != FORMAT:
        raise FileFormatError("The clipboard holds no layers.")
    if data.get("version") != VERSION:
        raise FileFormatError(
            f"The layers on the clipboard have version {data.get('version')!r}, expected {VERSION}."
        )
    nodes = tuple(_values(data, "nodes", node_from_data))
    edges = tuple(_values(data, "edges", Edge.validated))
    notes = tuple(_values(data, "notes", Note.validated))
    ids = {node.id for node in nodes}
    if len(ids) != len(nodes):
        raise FileFormatError("The clipboard holds two layers with one id.")
    for edge in edges:
        if edge.source not in ids or edge.target not in ids:
            raise FileFormatError("The clipboard holds a wire to a layer that it does not hold.")
    try:
        blocks = tuple(blocks_from_data(data).values())
    except FileFormatError as error:
        raise FileFormatError(f"The clipboard's {error}") from None
    return Fragment(nodes, tuple(dict.fromkeys(edges)), notes, blocks)


def pasting(
    design: Design, fragment: Fragment, *, at: Position | None = None, offset: Position = (0.0, 0.0)
) -> tuple[list[e.Edit], list[str], list[str]]:
    """Return (edits, node ids, comment ids): the fragment under ids and names of its own, with its inner wires.

    `at` is where its top left corner goes; otherwise everything is moved by `offset`. Weights shared with a node of
    the fragment stay shared within the copy; those shared with another node of the design stay so too.
    """
    edits, renamed = _bringing(design, fragment.blocks)
    design = design.copy()
    for edit in edits:
        design.apply(edit)
    fragment = msgspec.structs.replace(
        fragment, nodes=tuple(_of_block(node, renamed) for node in fragment.nodes)
    )
    corner = fragment.corner
    dx, dy = offset if at is None else (at[0] - corner[0], at[1] - corner[1])
    ids: dict[str, str] = {}
    names: list[str] = []
    for node in fragment.nodes:
        ids[node.id] = design.new_id(node.layer, taken=ids.values())
    for node in fragment.nodes:
        plain = node.name == node.id
        names.append(design.unique_name(ids[node.id] if plain else node.name, taken=names))
        position = None if node.position is None else (node.position[0] + dx, node.position[1] + dy)
        shares = ids.get(node.shares, node.shares if node.shares in design.nodes else "")
        edits.append(e.AddNode(node.with_(id=ids[node.id], name=names[-1], position=position, shares=shares)))
    edits.extend(
        e.AddEdge(msgspec.structs.replace(edge, source=ids[edge.source], target=ids[edge.target]))
        for edge in fragment.edges
    )
    note_ids: list[str] = []
    for note in fragment.notes:
        number = 1
        while f"note_{number}" in design.notes or f"note_{number}" in note_ids:
            number += 1
        note_ids.append(f"note_{number}")
        x, y, width, height = note.rectangle
        moved = msgspec.structs.replace(note, id=note_ids[-1], rectangle=(x + dx, y + dy, width, height))
        edits.append(e.AddNote(moved))
    return edits, list(ids.values()), note_ids


def _bringing(design: Design, blocks: Iterable[Block]) -> tuple[list[e.Edit], dict[str, str]]:
    """Return the edits that bring in the blocks which a design lacks, and the ids under which they are there.

    A block that the design has already, alike, is used; another one of the same name comes in beside it.
    """
    twin, edits = design.copy(), list[e.Edit]()
    renamed: dict[str, str] = {}
    for block in blocks:
        own = block.with_(nodes=tuple(_of_block(node, renamed) for node in block.nodes))
        known = twin.blocks.get(block.id)
        alike = known is not None and [n.with_(layer=_bare(n.layer)) for n in known.nodes] == [
            n.with_(layer=_bare(n.layer)) for n in own.nodes
        ]
        if known is not None and alike and (known.edges, known.notes) == (own.edges, own.notes):
            continue
        name, block_id = unique_block_name(twin, block.name)
        renamed[block.id] = block_id
        edits.append(e.AddBlock(own.with_(id=block_id, name=name)))
        twin.apply(edits[-1])
    return edits, renamed


def _of_block(node: Node, renamed: dict[str, str]) -> Node:
    if not isinstance(node.layer, BlockLayer) or node.layer.block not in renamed:
        return node
    return node.with_(layer=BlockLayer(block=renamed[node.layer.block]))


def _bare(layer: Layer) -> Layer:
    return BlockLayer(block=layer.block) if isinstance(layer, BlockLayer) else layer


def _values(data: dict[str, Any], key: str, build: Callable[[Any], Any]) -> Iterable[Any]:
    rows = data.get(key, [])
    if not isinstance(rows, list):
        raise FileFormatError(f"The clipboard's {key} should be a list. Received: {str(rows)[:40]!r}.")
    for place, row in enumerate(rows):
        try:
            yield build(row)
        except GradloomError as error:
            raise FileFormatError(f"The clipboard's {key}[{place}]: {error}") from None
