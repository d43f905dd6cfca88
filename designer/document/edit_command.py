"""The one undo command: a list of edits, and the list that takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from engine.design.edits import Edit, SetSection

if TYPE_CHECKING:
    from designer.document.document import Document


class EditCommand(QUndoCommand):
    """Carries out edits on a document, and takes them back.

    `merge` is the key under which further edits may join it; "" where none may.
    """

    def __init__(self, document: Document, label: str, edits: Sequence[Edit], merge: str = "") -> None:
        super().__init__(label)
        self._document = document
        self._edits = list(edits)
        self.merge = merge
        self.place = document.place
        # The first redo runs inside push; an edit that does not fit must raise before the stack holds the command.
        self._inverses = document.perform(self._edits)
        self._done = True

    def redo(self) -> None:
        if not self._done:
            self._inverses = self._document.perform(self._edits)
            self._go_back_to_it()
        self._done = True

    def undo(self) -> None:
        self._document.perform(self._inverses)
        self._done = False
        self._go_back_to_it()

    def _go_back_to_it(self) -> None:
        """Have the place shown at which the step was made; the name or the seed are seen everywhere."""
        if not all(isinstance(edit, SetSection) for edit in self._edits):
            self._document.place_wanted.emit(self.place)

    def extend(self, edits: Sequence[Edit]) -> None:
        """Carry out further edits as part of this step. Raises DesignError where one does not fit."""
        self._inverses = self._document.perform(edits) + self._inverses
        self._edits += edits
