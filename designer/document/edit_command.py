"""The one undo command: a list of edits, and the list that takes them back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from engine.design.edits import Edit

if TYPE_CHECKING:
    from designer.document.document import Document


class EditCommand(QUndoCommand):
    """Carries out edits on a document, and takes them back.

    Commands with the same merge key that follow each other join into one undo step.
    """

    def __init__(self, document: Document, label: str, edits: Sequence[Edit], merge: str = "") -> None:
        super().__init__(label)
        self._document = document
        self._edits = list(edits)
        self._merge = merge
        # The first redo runs inside push; an edit that does not fit must raise before the stack holds the command.
        self._inverses = document.perform(self._edits)
        self._done = True

    def redo(self) -> None:
        if not self._done:
            self._inverses = self._document.perform(self._edits)
        self._done = True

    def undo(self) -> None:
        self._document.perform(self._inverses)
        self._done = False

    def id(self) -> int:
        return zlib.crc32(self._merge.encode()) & 0x7FFFFFFF if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other._merge != self._merge:
            return False
        self._edits += other._edits
        self._inverses = other._inverses + self._inverses
        return True
