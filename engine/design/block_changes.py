"""What an edit of a block makes of a design's definitions, and the edit that takes it back."""

from __future__ import annotations

from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design.blocks import Block, contains_itself, excess
from engine.design.design import Design


def changed_blocks(design: Design, edit: e.Edit) -> tuple[dict[str, Block], e.Edit]:
    """Return (the definitions after the edit, its inverse). Raises DesignError where the edit does not fit."""
    blocks = design.blocks
    inverse: e.Edit
    match edit:
        case e.AddBlock(block, index):
            _expect(block.id not in blocks, block.id, "is in the design already")
            rows = list(blocks.values())
            rows.insert(len(rows) if index is None else index, block)
            changed = {row.id: row for row in rows}
            inverse = e.RemoveBlock(block.id)
        case e.RemoveBlock(block_id):
            _expect(block_id in blocks, block_id, "is no block of the design")
            _expect(not design.users_of(block_id), block_id, "still has instances")
            changed = {key: block for key, block in blocks.items() if key != block_id}
            inverse = e.AddBlock(blocks[block_id], list(blocks).index(block_id))
        case e.ReplaceBlock(block):
            _expect(block.id in blocks, block.id, "is no block of the design")
            changed = {**blocks, block.id: block}
            inverse = e.ReplaceBlock(blocks[block.id])
        case e.EditBlock(block_id, inner_edit):
            _expect(not isinstance(inner_edit, e.WHOLE), block_id, "can't hold that edit")
            inner = design.inside(block_id)
            inverse = e.EditBlock(block_id, inner.apply(inner_edit))
            changed = {**blocks, block_id: with_content(blocks[block_id], inner)}
        case _:
            raise DesignError(f"{edit!r} is not an edit.")
    for block_id in changed:
        _expect(not contains_itself(changed, block_id), block_id, "would contain itself")
    too_much = excess(changed, design.whole.nodes.values())
    if too_much:
        raise DesignError(f"The edit does not fit: {too_much}.")
    return changed, inverse


def with_content(block: Block, inner: Design) -> Block:
    """Return a block with the nodes, wires and comments of a design."""
    return block.with_(
        nodes=tuple(inner.nodes.values()), edges=tuple(inner.edges), notes=tuple(inner.notes.values())
    )


def _expect(condition: bool, block_id: str, complaint: str) -> None:
    if not condition:
        raise DesignError(f"The edit does not fit: the block {block_id!r} {complaint}.")
