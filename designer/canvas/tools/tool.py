"""What a gesture is: an object that lives from press to release and changes the document at most once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


@dataclass(frozen=True)
class Pointer:
    """Where the pointer is, in the viewport and in the scene, and what is held down."""

    view_pos: QPoint
    scene_pos: QPointF
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    def has(self, modifier: Qt.KeyboardModifier) -> bool:
        """Return whether a modifier key is held down."""
        return bool(self.modifiers & modifier)

    @property
    def shift(self) -> bool:
        """Whether Shift is held down."""
        return self.has(Qt.KeyboardModifier.ShiftModifier)

    @property
    def control(self) -> bool:
        """Whether Ctrl (on macOS, Cmd) is held down."""
        return self.has(Qt.KeyboardModifier.ControlModifier)

    @property
    def alt(self) -> bool:
        """Whether Alt is held down."""
        return self.has(Qt.KeyboardModifier.AltModifier)


class Tool:
    """One gesture. The view makes it at the press, feeds it, and drops it after release or cancel."""

    CURSOR: Qt.CursorShape | None = None
    SCROLLS = False
    """Whether the canvas scrolls while the gesture is held near its edge."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.scene = view.canvas_scene
        self.document = view.document
        self.selection = view.selection

    def press(self, pointer: Pointer) -> None:
        """Begin."""

    def move(self, pointer: Pointer) -> None:
        """Follow the pointer."""

    def release(self, pointer: Pointer) -> None:
        """End: carry out what the gesture meant, as one command at most."""

    def cancel(self) -> None:
        """Take back whatever is shown; the document is as before the press."""
