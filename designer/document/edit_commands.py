"""What the Edit menu does to the selection: one object for the menu, the canvas and the outline."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from designer.document import editing
from designer.document.clipboard import put_on_clipboard, take_from_clipboard
from designer.document.document import Document
from designer.document.fragment import fragment_of, pasting
from designer.document.limits import PASTE_OFFSET
from designer.document.selection import Selection
from designer.document.sharing import owning, sharing
from engine.core.errors import GradloomError
from engine.design.blocks import BlockLayer
from engine.design.edits import Edit
from engine.design.elements import Position
from engine.design.grouping import grouping, making_own
from engine.design.ungrouping import ungrouping


class EditCommands(QObject):
    """Commands on the selection; each is one undo step with a label that names what it was done to.

    Signals: refused(message): a command could not be carried out, and why.
    """

    refused = Signal(str)

    def __init__(self, document: Document, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._pastes = 0

    def delete(self) -> None:
        """Take out what is selected."""
        chosen = self._selection
        edits = editing.deletion(self._document.design, chosen.nodes, chosen.edges, chosen.notes)
        self._push(f"Delete {self._what()}", edits)

    def delete_and_join(self) -> None:
        """Take out the selected layers and join their neighbours."""
        edits = editing.healing_deletion(self._document.design, self._selection.nodes)
        self._push(f"Delete and join {self._what()}", edits)

    def copy(self) -> None:
        """Put the selected layers on the clipboard."""
        if self._selection.nodes or self._selection.notes:
            put_on_clipboard(fragment_of(self._document.design, self._selection.nodes, self._selection.notes))
            self._pastes = 0

    def cut(self) -> None:
        """Copy, then take out."""
        if self._selection.nodes or self._selection.notes:
            what = self._what()
            self.copy()
            chosen = self._selection
            edits = editing.deletion(self._document.design, chosen.nodes, (), chosen.notes)
            self._push(f"Cut {what}", edits)
            self._pastes = -1

    def paste(self, at: Position | None = None) -> None:
        """Put the layers on the clipboard into the design, at a place or a step beside where they came from."""
        try:
            fragment = take_from_clipboard()
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self._pastes += 1
        step = self._pastes * PASTE_OFFSET
        edits, nodes, notes = pasting(self._document.design, fragment, at=at, offset=(step, step))
        if self._push(f"Paste {_count(len(nodes), 'layer')}", edits):
            self._selection.set(nodes, notes=notes)

    def duplicate(self) -> None:
        """Put a copy of the selected layers beside them."""
        chosen = self._selection
        fragment = fragment_of(self._document.design, chosen.nodes, chosen.notes)
        step = (PASTE_OFFSET, PASTE_OFFSET)
        edits, nodes, notes = pasting(self._document.design, fragment, offset=step)
        if edits and self._push(f"Duplicate {self._what()}", edits):
            chosen.set(nodes, notes=notes)

    def select_all(self) -> None:
        """Select every layer, wire and comment."""
        design = self._document.design
        self._selection.set(design.nodes, design.edges, design.notes)

    def rename(self, node_id: str, name: str) -> None:
        """Give a layer another name."""
        try:
            edits = editing.renaming(self._document.design, node_id, name)
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self._push(f"Rename to {' '.join(name.split())}", edits)

    def toggle_frozen(self) -> None:
        """Freeze the selected layers, or thaw them where all are frozen."""
        edits = editing.freezing(self._document.design, self._selection.nodes)
        self._push(f"Freeze or thaw {self._what()}", edits)

    def toggle_bypassed(self) -> None:
        """Bypass the selected layers, or take them in again where all are bypassed."""
        edits = editing.bypassing(self._document.design, self._selection.nodes)
        self._push(f"Bypass {self._what()}", edits)

    def group(self) -> None:
        """Make one block of the selected layers, with the selected comments in it."""
        chosen = self._selection
        try:
            grouped = grouping(self._document.design, chosen.nodes, chosen.notes)
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        if self._push(f"Group {self._what()} into a block", grouped.edits):
            chosen.set([grouped.node_id])

    def ungroup(self) -> None:
        """Put the layers of the selected blocks in their place."""
        design = self._document.design
        blocks = [n for n in self._selection.nodes if isinstance(design.nodes[n].layer, BlockLayer)]
        if not blocks:
            self.refused.emit("Select a block: it can be taken apart into its layers.")
            return
        twin, edits, freed = design.copy(), [], []
        try:
            for node_id in blocks:
                some, ids = ungrouping(twin, node_id)
                for edit in some:
                    twin.apply(edit)
                edits += some
                freed += ids
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        if self._push(f"Ungroup {self._what()}", edits):
            self._selection.set(freed)

    def make_own(self) -> None:
        """Give the selected block a definition of its own, so that changes in it leave its other instances alone."""
        design = self._document.design
        try:
            edits = making_own(design, self._selection.current)
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self._push(f"Make {self._what()} a block of its own", edits)

    def share_weights(self, owner_id: str) -> None:
        """Let the selected layers use another layer's weights."""
        design = self._document.design
        edits = [edit for node_id in self._selection.nodes for edit in sharing(design, node_id, owner_id)]
        self._push(f"Share the weights of {design.nodes[owner_id].name}", edits)

    def stop_sharing(self) -> None:
        """Give the selected layers weights of their own again."""
        edits = owning(self._document.design, self._selection.nodes)
        self._push(f"Stop sharing weights of {self._what()}", edits)

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected layers by a step; steps that follow each other are one undo step."""
        edits = editing.nudging(self._document.design, self._selection.nodes, dx, dy)
        self._push(f"Move {self._what()}", edits, merge="nudge " + " ".join(self._selection.nodes))

    def _push(self, label: str, edits: Sequence[Edit], merge: str = "") -> bool:
        """Push edits, and return whether they fitted; where they did not, it is told."""
        try:
            self._document.push(label, edits, merge=merge)
        except GradloomError as error:
            self.refused.emit(str(error))
            return False
        return True

    def _what(self) -> str:
        nodes, edges, notes = self._selection.nodes, self._selection.edges, self._selection.notes
        if len(nodes) == 1:
            return self._document.design.nodes[nodes[0]].name
        if nodes:
            return _count(len(nodes), "layer")
        return _count(len(edges), "wire") if edges else _count(len(notes), "comment")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
