"""The blocks that come with the program, and what else a design offers beside the layer types: its own blocks, ports.

A built-in block is a file in resources/blocks: its definition, and which settings follow the width (the last axis) of
what it is put on. Putting one in copies the definition into the design, where it can be changed.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import msgspec

from engine.core.errors import FileFormatError, GradloomError
from engine.core.shapes import Shape
from engine.design import edits as e
from engine.design.blocks import PORT_LAYERS, Block, contains_itself, instance_of
from engine.design.design import Design
from engine.design.document_json import block_from_data
from engine.design.elements import Node
from engine.design.grouping import unique_block_name
from engine.layers.base import Layer

OWN, BUILT_IN = "block/", "library/"
"""What the names begin with under which a design's own blocks and the built-in ones are offered."""


class Follows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting that follows the width of what arrives: `factor` times it, rounded, and at least 1."""

    node: str
    field: str
    factor: float = 1.0


class LibraryBlock(msgspec.Struct, frozen=True):
    """A built-in block. `rank` is the number of axes of what it takes (0: any); `keywords` are found by search."""

    name: str
    block: Block
    follows: tuple[Follows, ...]
    keywords: tuple[str, ...]
    rank: int

    def fitted(self, shape: Shape | None) -> Block:
        """Return the definition as it is right for what arrives, as it stands in the file where that is not known."""
        if not shape:
            return self.block
        nodes = {node.id: node for node in self.block.nodes}
        for rule in self.follows:
            value = max(1, round(shape[-1] * rule.factor))
            node = nodes[rule.node]
            nodes[rule.node] = node.with_(layer=node.layer.replace(**{rule.field: value}))
        return self.block.with_(nodes=tuple(nodes.values()))


class Offer(msgspec.Struct, frozen=True):
    """Something that can be put in like a layer: `name` is for `offered`, the rest for lists and their search."""

    name: str
    title: str
    detail: str
    family: str
    keywords: tuple[str, ...]
    enters: bool
    """Whether it has an input."""
    leaves: bool
    """Whether it has an output."""
    own: bool = False
    """Whether it is a block of the design, which can be renamed and removed."""


def blocks_folder() -> Path:
    """Return the folder of the built-in blocks."""
    return Path(__file__).resolve().parents[2] / "resources" / "blocks"


@functools.cache
def library() -> dict[str, LibraryBlock]:
    """Return the built-in blocks by name. Raises FileFormatError for a damaged installation."""
    found = {}
    for path in sorted(blocks_folder().glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            follows = msgspec.convert(data["follows"], tuple[Follows, ...])
            keywords = msgspec.convert(data["keywords"], tuple[str, ...])
            block = block_from_data(data["block"])
        except (OSError, ValueError, KeyError, GradloomError) as error:
            raise FileFormatError(f"The block {path.name} can't be read: {error}. Install again.") from None
        found[path.stem] = LibraryBlock(path.stem, block, follows, keywords, int(data.get("rank", 0)))
    return found


def offers(design: Design) -> list[Offer]:
    """Return what can be put into a design, or into the block that it is the inside of, beside the layer types."""
    found = []
    if design.block:
        for name, kind in PORT_LAYERS.items():
            detail = (kind.__doc__ or "").partition("\n")[0].rstrip(".")
            found.append(
                Offer(name, name, detail, kind.FAMILY, kind.KEYWORDS, bool(kind.INPUTS), bool(kind.OUTPUTS))
            )
    own = [block for block in design.blocks.values() if not _would_hold_itself(design, block.id)]
    found += [_offer(OWN + block.id, block, ("own",), own=True) for block in own]
    copied = {entry.name for block in design.blocks.values() if (entry := _unchanged(block)) is not None}
    rest = [entry for entry in library().values() if entry.name not in copied]
    return found + [_offer(BUILT_IN + entry.name, entry.block, entry.keywords) for entry in rest]


def is_offered(design: Design, name: str) -> bool:
    """Return whether a name is one that `offered` knows."""
    return (
        (name in PORT_LAYERS and bool(design.block))
        or (name.startswith(BUILT_IN) and name.removeprefix(BUILT_IN) in library())
        or (name.startswith(OWN) and name.removeprefix(OWN) in design.blocks)
    )


def title_of(design: Design, name: str) -> str:
    """Return what a person calls what is offered under a name; the name of a layer type is its title."""
    return next((offer.title for offer in offers(design) if offer.name == name), name)


def offered(design: Design, name: str, arriving: Shape | None = None) -> tuple[list[e.Edit], Layer]:
    """Return (the edits that bring the definition in where it is not there yet, the layer). Raises GradloomError.

    A built-in block is fitted to what arrives at it; one that is in the design already, alike, is used again.
    """
    if name.startswith(OWN):
        own = design.blocks.get(name.removeprefix(OWN))
        entry = None if own is None else _unchanged(own)
        if own is None or entry is None or not arriving:
            return [], design.layer_named(name.removeprefix(OWN))
        name = BUILT_IN + entry.name  # as it came, but for another width
    if not name.startswith(BUILT_IN):
        return [], design.layer_named(name)
    block = library()[name.removeprefix(BUILT_IN)].fitted(arriving)
    for known in design.blocks.values():
        if (known.nodes, known.edges) == (block.nodes, block.edges):
            return [], instance_of(known)
    title, block_id = unique_block_name(design, block.name)
    block = block.with_(id=block_id, name=title)
    return [e.AddBlock(block)], instance_of(block)


def _unchanged(block: Block) -> LibraryBlock | None:
    """Return the built-in block that a block is a copy of, fitted to some width and otherwise as it came."""
    nodes = {node.id: node for node in block.nodes}
    for entry in library().values():
        width = 1
        for rule in entry.follows[:1]:
            value = getattr(nodes[rule.node].layer, rule.field, 0) if rule.node in nodes else 0
            width = round(value / rule.factor)
        for fitted in (entry.block, entry.fitted((max(1, width),))):
            if (block.nodes, block.edges) == (fitted.nodes, fitted.edges):
                return entry
    return None


def _offer(name: str, block: Block, keywords: tuple[str, ...], own: bool = False) -> Offer:
    layer = instance_of(block)
    detail = block.description.partition("\n")[0] or f"A block of {len(block.nodes)} nodes"
    words = (*keywords, "block", "group")
    return Offer(name, block.name, detail, layer.FAMILY, words, bool(layer.INPUTS), bool(layer.OUTPUTS), own)


def _would_hold_itself(design: Design, block_id: str) -> bool:
    """Return whether an instance of a block, inside the block that one is in, would close a circle."""
    if not design.block:
        return False
    if design.block == block_id:
        return True
    holder = design.blocks[design.block]
    inner = design.inside(design.block)
    node_id = inner.new_id("Block")
    node = Node(id=node_id, name=node_id, layer=instance_of(design.blocks[block_id]))
    return contains_itself(
        {**design.blocks, design.block: holder.with_(nodes=(*holder.nodes, node))}, design.block
    )
