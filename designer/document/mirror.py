"""A document that shows another one from a different side: the inside of a block, or the design without blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject

from designer.document.document import Document
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge, Node, Note


class Mirror(Document):
    """Follows `root`, and tells of every change as if it were a document of its own.

    It tells when a command is done, by comparing what it showed before with what it shows now. What is pushed goes to
    the root, which has the undo history.
    """

    def __init__(self, root: Document, parent: QObject | None = None) -> None:
        self._shown_nodes: dict[str, Node] = {}
        self._shown_edges: list[Edge] = []
        self._shown_notes: dict[str, Note] = {}
        super().__init__(parent)
        self.root = root
        self.undo_stack = root.undo_stack
        root.performed.connect(self._on_performed)
        root.section_changed.connect(self.section_changed)
        root.blocks_changed.connect(self.blocks_changed)
        root.undo_changed.connect(self.undo_changed)
        root.clean_changed.connect(self.clean_changed)
        root.checked.connect(self._on_root_checked)
        root.reset.connect(self._on_root_reset)

    @property
    def whole(self) -> Design:
        return self.root.design

    def set_design(self, design: Design) -> None:
        """Put another design into the root."""
        self.root.set_design(design)

    def push(self, label: str, edits: Iterable[e.Edit], *, merge: str = "") -> None:
        self.root.push(label, self.in_root(edits), merge=merge)

    def in_root(self, edits: Iterable[e.Edit]) -> list[e.Edit]:
        """Return what edits of what is shown mean for the root."""
        raise NotImplementedError

    def show(self) -> None:
        """Take over the design that is to be shown, as it is now."""
        raise NotImplementedError

    def remember(self) -> None:
        """Note what is shown, to compare with later."""
        design = self.design
        self._shown_nodes, self._shown_edges = dict(design.nodes), list(design.edges)
        self._shown_notes = dict(design.notes)

    def tell_difference(self) -> None:
        """Tell what is other than it was when `remember` was called, and remember what is now."""
        nodes, edges, notes = self._shown_nodes, self._shown_edges, self._shown_notes
        self.remember()
        present = set(self.design.edges)
        for edge in edges:
            if edge not in present:
                self.edge_removed.emit(edge)
        self._tell_parts(notes, self._shown_notes, self.note_removed, self.note_added, self.note_replaced)
        for node_id in nodes.keys() - self._shown_nodes.keys():
            self.node_removed.emit(node_id)
        for node_id, node in self._shown_nodes.items():
            before = nodes.get(node_id)
            if before is None:
                self.node_added.emit(node_id)
            elif before is not node and before != node:
                moved = before.with_(position=node.position) == node
                (self.node_moved if moved else self.node_replaced).emit(node_id)
        known = set(edges)
        for edge in self._shown_edges:
            if edge not in known:
                self.edge_added.emit(edge)

    @staticmethod
    def _tell_parts(old: dict[str, Note], new: dict[str, Note], *signals: Any) -> None:
        removed, added, replaced = signals
        for part_id in old.keys() - new.keys():
            removed.emit(part_id)
        for part_id, part in new.items():
            if part_id not in old:
                added.emit(part_id)
            elif old[part_id] != part:
                replaced.emit(part_id)

    def _on_performed(self) -> None:
        self.show()
        self.tell_difference()

    def _on_root_checked(self) -> None:
        raise NotImplementedError

    def _on_root_reset(self) -> None:
        raise NotImplementedError
