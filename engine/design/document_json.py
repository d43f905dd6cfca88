"""The design as text: stable key order, one node and one wire per line, so that version control shows what changed.

Reading goes file -> plain records -> migrations -> values. An unknown layer type becomes a placeholder that keeps its
data; anything else that is not as promised raises FileFormatError with the place of the fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from engine.core.errors import FileFormatError, GradloomError
from engine.data.settings import DataSettings
from engine.design.blocks import BLOCK_LAYERS, Block, contains_itself, excess
from engine.design.design import Design
from engine.design.elements import Edge, Node, Note, UnknownLayer
from engine.design.migrations import MIGRATIONS
from engine.design.phases import MOST as MOST_PHASES
from engine.design.phases import Phase
from engine.design.settings import TrainingSettings
from engine.layers.base import Layer, layers

FORMAT = "gradloom-design"
VERSION = 1
MAX_BYTES = 64 * 2**20


def write_document(design: Design) -> str:
    """Return the text of design.json."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "name": design.name,
        "seed": design.seed,
        "data": None if design.data is None else design.data.to_data(),
        "training": design.training.to_data(),
    }
    lists = {
        "nodes": [node_to_data(node) for node in design.nodes.values()],
        "edges": [edge_to_data(edge) for edge in design.edges],
        "notes": [note.to_data() for note in design.notes.values()],
    }
    lines = [f"  {_dump(key)}: {_dump(value)}" for key, value in head.items()]
    if design.phases:
        turns = ",\n".join(f"    {_dump(phase.to_data())}" for phase in design.phases)
        lines.append(f'  "phases": [\n{turns}\n  ]')
    if design.blocks:
        definitions = ",\n".join(block_text(block) for block in design.blocks.values())
        lines.append(f'  "blocks": [\n{definitions}\n  ]')
    for key, rows in lists.items():
        body = ",\n".join(f"    {_dump(row)}" for row in rows)
        lines.append(f"  {_dump(key)}: [\n{body}\n  ]" if rows else f"  {_dump(key)}: []")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def block_text(block: Block) -> str:
    """Return the definition of a block as JSON text, one node and one wire per line."""
    lines = [f'     "{key}": {_dump(getattr(block, key))}' for key in ("id", "name", "description")]
    lists: dict[str, list[Any]] = {
        "nodes": [node_to_data(node) for node in block.nodes],
        "edges": [edge_to_data(edge) for edge in block.edges],
        "notes": [note.to_data() for note in block.notes],
    }
    for key, rows in lists.items():
        body = ",\n".join(f"      {_dump(row)}" for row in rows)
        lines.append(f'     "{key}": [\n{body}\n     ]' if rows else f'     "{key}": []')
    return "    {" + ",\n".join(lines).strip() + "}"


def read_document(text: str | bytes) -> Design:
    """Return the design that `text` describes. Raises FileFormatError."""
    return build_design(migrate(parse(text)))


def parse(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in `text`, refusing what JSON parsers let pass: NaN, duplicate keys, great depth."""
    if len(text) > MAX_BYTES:
        raise FileFormatError(f"The document is larger than {MAX_BYTES // 2**20} MiB: it can't be a design.")
    try:
        data = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise FileFormatError("The document is nested too deeply to be a design.") from None
    except UnicodeDecodeError as error:
        raise FileFormatError(f"The document is not UTF-8 text (byte {error.start}).") from None
    except ValueError as error:
        raise FileFormatError(f"The document is not valid JSON: {error}") from None
    if not isinstance(data, dict):
        raise FileFormatError(f"The document should be an object, but is a {type(data).__name__}.")
    return data


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """Return the records as the current version writes them. Raises FileFormatError for a foreign or newer file."""
    if data.get("format") != FORMAT:
        raise FileFormatError(
            f"This is not a Gradloom design: its format should be {FORMAT!r}. "
            f"Received: {str(data.get('format'))[:40]!r}."
        )
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FileFormatError(
            f"The version should be a whole number from 1. Received: {str(version)[:40]!r}."
        )
    if version > VERSION:
        raise FileFormatError(
            f"The file has format version {version}, but this program reads up to {VERSION}. "
            "Update Gradloom to open it."
        )
    while version < VERSION:
        data = MIGRATIONS[version](data)
        version += 1
    return data


def build_design(data: dict[str, Any]) -> Design:
    """Build the design from records of the current version. Raises FileFormatError naming the place of a fault."""
    design = Design(_field(data, "name", str, "untitled"), seed=_field(data, "seed", int, 0))
    design.training = _value("training", TrainingSettings.validated, data.get("training") or {})
    if data.get("data") is not None:
        design.data = _value("data", DataSettings.validated, data["data"])
    nodes, edges, notes = _parts(data)
    design.nodes = {node.id: node for node in nodes}
    design.edges = edges
    design.notes = {note.id: note for note in notes}
    blocks = blocks_from_data(data)
    if too_much := excess(blocks, design.nodes.values()):
        raise FileFormatError(f"blocks: {too_much}.")
    design.set_blocks(blocks)
    rows = _field(data, "phases", list, [])
    if len(rows) > MOST_PHASES:
        raise FileFormatError(f"phases: a design has at most {MOST_PHASES}. Received: {len(rows)}.")
    design.phases = tuple(_value(f"phases[{place}]", Phase.validated, row) for place, row in enumerate(rows))
    return design


def blocks_from_data(data: dict[str, Any]) -> dict[str, Block]:
    """Return the definitions in the records of a document or of the clipboard. Raises FileFormatError."""
    blocks: dict[str, Block] = {}
    for place, row in enumerate(_field(data, "blocks", list, [])):
        block = _value(f"blocks[{place}]", block_from_data, row)
        if block.id in blocks:
            raise FileFormatError(f"blocks[{place}]: the id {block.id!r} is there twice.")
        blocks[block.id] = block
    for block_id in blocks:
        if contains_itself(blocks, block_id):
            raise FileFormatError(f"blocks: {block_id!r} contains itself.")
    if too_much := excess(blocks):
        raise FileFormatError(f"blocks: {too_much}.")
    return blocks


def block_from_data(row: object) -> Block:
    """Return the definition of a record. Raises FileFormatError."""
    if not isinstance(row, dict):
        raise FileFormatError(f"expected an object. Received: {str(row)[:40]!r}.")
    unknown = set(row) - {"id", "name", "description", "nodes", "edges", "notes"}
    if unknown:
        raise FileFormatError(f"a block has no {sorted(unknown)[0]!r}.")
    block_id, name = _field(row, "id", str, ""), _field(row, "name", str, "")
    if not block_id or not name:
        raise FileFormatError("a block needs an id and a name, texts that are not empty.")
    nodes, edges, notes = _parts(row)
    return Block(
        id=block_id,
        name=name,
        nodes=tuple(nodes),
        edges=tuple(edges),
        notes=tuple(notes),
        description=_field(row, "description", str, ""),
    )


def _parts(data: dict[str, Any]) -> tuple[list[Node], list[Edge], list[Note]]:
    """Return the nodes, wires and comments of a document or of a block. Raises FileFormatError."""
    nodes: dict[str, Node] = {}
    for place, row in enumerate(_field(data, "nodes", list, [])):
        node = _value(f"nodes[{place}]", node_from_data, row)
        if node.id in nodes:
            raise FileFormatError(f"nodes[{place}]: the id {node.id!r} is there twice.")
        nodes[node.id] = node
    edges: dict[Edge, None] = {}
    for place, row in enumerate(_field(data, "edges", list, [])):
        edge = _value(f"edges[{place}]", Edge.validated, row)
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise FileFormatError(f"edges[{place}]: there is no node {end!r}.")
        if edge in edges:
            raise FileFormatError(f"edges[{place}]: the wire is there twice.")
        edges[edge] = None
    notes = {}
    for place, row in enumerate(_field(data, "notes", list, [])):
        note = _value(f"notes[{place}]", Note.validated, row)
        notes[note.id] = note
    return list(nodes.values()), list(edges), list(notes.values())


def node_to_data(node: Node) -> dict[str, Any]:
    """Return a node as the plain record that files and the clipboard hold. Flags that are off are left out."""
    settings = node.layer.settings if isinstance(node.layer, UnknownLayer) else node.layer.to_data()
    record: dict[str, Any] = {"id": node.id, "type": node.type, "name": node.name, "settings": settings}
    if node.position is not None:
        record["position"] = [round(float(node.position[0]), 2), round(float(node.position[1]), 2)]
    for flag in ("frozen", "bypassed", "shares", "note"):
        if getattr(node, flag):
            record[flag] = getattr(node, flag)
    return record


def node_from_data(row: object) -> Node:
    """Return the node of a record; an unknown type gives a placeholder. Raises GradloomError."""
    if not isinstance(row, dict):
        raise FileFormatError(f"expected an object. Received: {str(row)[:40]!r}.")
    record = dict(row)
    type_name, settings = record.pop("type", None), record.pop("settings", {})
    if not isinstance(type_name, str) or not isinstance(settings, dict):
        raise FileFormatError("a node needs a type (text) and settings (an object).")
    layer: Layer
    if type_name in BLOCK_LAYERS:
        layer = BLOCK_LAYERS[type_name].validated(settings)
    elif type_name in layers.classes:
        layer = layers[type_name].validated(settings)
    else:
        layer = UnknownLayer(type=type_name, settings=settings)
    for key in ("id", "name"):
        if not isinstance(record.get(key), str) or not record[key]:
            raise FileFormatError(f"a node needs {key!r}, a text that is not empty.")
    try:
        shell = msgspec.convert({**record, "layer": None}, _NodeShell)
    except msgspec.ValidationError as error:
        raise FileFormatError(str(error)) from None
    return Node(layer=layer, **{key: getattr(shell, key) for key in Node.__struct_fields__ if key != "layer"})


def edge_to_data(edge: Edge) -> dict[str, Any]:
    """Return a wire as a plain record; ports that have their usual names are left out."""
    record = {"source": edge.source, "target": edge.target}
    if edge.source_port != "output":
        record["source_port"] = edge.source_port
    if edge.target_port != "input":
        record["target_port"] = edge.target_port
    return record


class _NodeShell(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: str
    name: str
    layer: None
    position: tuple[float, float] | None = None
    frozen: bool = False
    bypassed: bool = False
    shares: str = ""
    note: str = ""


def _dump(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise FileFormatError(f"The design holds a number that a file can't: {error}.") from None


def _value(place: str, build: Callable[[Any], Any], data: object) -> Any:
    try:
        return build(data)
    except GradloomError as error:
        raise FileFormatError(f"{place}: {error}") from None


def _field(data: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = data.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FileFormatError(f"{key} should be a {kind.__name__}. Received: {str(value)[:40]!r}.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that a design can hold")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found
