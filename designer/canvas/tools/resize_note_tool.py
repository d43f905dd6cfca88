"""Resizing a comment by its corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt

from designer.canvas import metrics as m
from designer.canvas.tools.tool import Pointer, Tool
from engine.design import edits as e

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


class ResizeNoteTool(Tool):
    """Drags a comment's lower right corner along the grid."""

    CURSOR = Qt.CursorShape.SizeFDiagCursor
    SCROLLS = True

    def __init__(self, view: CanvasView, note_id: str) -> None:
        super().__init__(view)
        self._item = self.scene.notes[note_id]
        self._rect = self._item.rect()
        self._size = (self._rect.width(), self._rect.height())

    def press(self, pointer: Pointer) -> None:
        self._offset = self._rect.bottomRight() - pointer.scene_pos
        self.selection.set(notes=[self._item.note.id])

    def move(self, pointer: Pointer) -> None:
        corner = m.snapped(pointer.scene_pos + self._offset)
        width = max(corner.x() - self._rect.left(), m.NOTE_LEAST[0])
        height = max(corner.y() - self._rect.top(), m.NOTE_LEAST[1])
        self._size = (width, height)
        self._item.set_size(width, height)

    def release(self, pointer: Pointer) -> None:
        rectangle = (self._rect.left(), self._rect.top(), *self._size)
        if self._size != (self._rect.width(), self._rect.height()):
            note = msgspec.structs.replace(self._item.note, rectangle=rectangle)
            self.document.push("Resize the comment", [e.ReplaceNote(note)])

    def cancel(self) -> None:
        self._item.set_size(self._rect.width(), self._rect.height())
