"""Every change of a design is one of these values, and each knows the edit that takes it back.

An undo command is a list of edits and the list of their inverses; a repair is a list of edits with a label; a drag of
forty nodes is forty edits in one command. There is no other way to change a document, so undo can't forget anything.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from engine.design.blocks import Block
from engine.design.elements import Edge, Node, Note

Section = Literal["name", "seed", "data", "training", "phases"]


class AddNode(msgspec.Struct, frozen=True, tag=True):
    """Put a node in, at its place in the order (the end where `index` is None)."""

    node: Node
    index: int | None = None


class RemoveNode(msgspec.Struct, frozen=True, tag=True):
    """Take a node out. Its wires must be gone already: `removal` makes the whole list."""

    node_id: str


class ReplaceNode(msgspec.Struct, frozen=True, tag=True):
    """Put a node in the place of the one with the same id: another setting, name, position or flag."""

    node: Node


class AddEdge(msgspec.Struct, frozen=True, tag=True):
    """Put a wire in, at its place in the order (the end where `index` is None)."""

    edge: Edge
    index: int | None = None


class RemoveEdge(msgspec.Struct, frozen=True, tag=True):
    """Take a wire out."""

    edge: Edge


class AddNote(msgspec.Struct, frozen=True, tag=True):
    """Put a comment in."""

    note: Note
    index: int | None = None


class RemoveNote(msgspec.Struct, frozen=True, tag=True):
    """Take a comment out."""

    note_id: str


class ReplaceNote(msgspec.Struct, frozen=True, tag=True):
    """Put a comment in the place of the one with the same id."""

    note: Note


class SetSection(msgspec.Struct, frozen=True, tag=True):
    """Replace a part of the document that is one value: its name, seed, data reference or training settings."""

    section: Section
    value: Any


class AddBlock(msgspec.Struct, frozen=True, tag=True):
    """Put the definition of a block in, at its place in the order (the end where `index` is None)."""

    block: Block
    index: int | None = None


class RemoveBlock(msgspec.Struct, frozen=True, tag=True):
    """Take the definition of a block out. Nothing may be an instance of it any more."""

    block_id: str


class ReplaceBlock(msgspec.Struct, frozen=True, tag=True):
    """Put a definition in the place of the one with the same id: another name, another description."""

    block: Block


class EditBlock(msgspec.Struct, frozen=True, tag=True):
    """Carry out an edit of nodes, wires or comments inside the definition of a block: all its instances change."""

    block_id: str
    edit: Any


Edit = (
    AddNode
    | RemoveNode
    | ReplaceNode
    | AddEdge
    | RemoveEdge
    | AddNote
    | RemoveNote
    | ReplaceNote
    | SetSection
    | AddBlock
    | RemoveBlock
    | ReplaceBlock
    | EditBlock
)

WHOLE = (SetSection, AddBlock, RemoveBlock, ReplaceBlock, EditBlock)
"""The edits of a whole design: they have no meaning inside a block."""


def within(block_id: str, edit: Edit) -> Edit:
    """Return the edit of a whole design that carries out `edit` inside a block; an edit of the whole stays as it is."""
    return edit if not block_id or isinstance(edit, WHOLE) else EditBlock(block_id, edit)


def unwrapped(edit: Edit) -> Edit:
    """Return the edit in `EditBlock("", edit)`, which means the design itself wherever one stands; another as it is."""
    inner: Edit = edit.edit if isinstance(edit, EditBlock) and not edit.block_id else edit
    return inner
