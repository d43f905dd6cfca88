"""What the keys do on the canvas, as one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from designer.canvas import metrics as m
from designer.canvas.navigation import neighbour

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
TABLE: dict[str, Callable[[CanvasView], object]] = {
    "Del": lambda view: view.edit.delete(),
    "Backspace": lambda view: view.edit.delete(),
    "Ctrl+Del": lambda view: view.edit.delete_and_join(),
    "Ctrl+Backspace": lambda view: view.edit.delete_and_join(),
    "Ctrl+A": lambda view: view.edit.select_all(),
    "Ctrl+Shift+A": lambda view: view.selection.clear(),
    "Ctrl+C": lambda view: view.edit.copy(),
    "Ctrl+X": lambda view: view.edit.cut(),
    "Ctrl+V": lambda view: view.paste(),
    "Ctrl+D": lambda view: view.edit.duplicate(),
    "Ctrl+Z": lambda view: view.document.undo_stack.undo(),
    "Ctrl+Y": lambda view: view.document.undo_stack.redo(),
    "Ctrl+Shift+Z": lambda view: view.document.undo_stack.redo(),
    "Ctrl+G": lambda view: view.edit.group(),
    "Ctrl+Shift+G": lambda view: view.edit.ungroup(),
    "Ctrl+L": lambda view: view.edit.toggle_frozen(),
    "Ctrl+B": lambda view: view.edit.toggle_bypassed(),
    "Ctrl+0": lambda view: view.fit_all(),
    "Ctrl+1": lambda view: view.zoom_reset(),
    "Ctrl++": lambda view: view.zoom_in(),
    "Ctrl+=": lambda view: view.zoom_in(),
    "Ctrl+-": lambda view: view.zoom_out(),
    "F": lambda view: view.fit_selection(),
    "L": lambda view: view.layout(),
    "C": lambda view: view.add_note(),
    "W": lambda view: view.connect_from_selection(),
    "Ctrl+Return": lambda view: view.connect_from_selection(),
    "Home": lambda view: view.fit_all(),
    "F1": lambda view: view.request_help(),
    "F2": lambda view: view.rename(),
    "Return": lambda view: view.blocks.open_or_rename(),
    "Tab": lambda view: view.open_search(),
}


def handle_key(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key means on the canvas; return whether it means anything."""
    key = Qt.Key(event.key())
    if key in ARROWS:
        _arrow(view, key, event)
        return True
    call = TABLE.get(_name(event))
    if call is None:
        return False
    call(view)
    return True


def _arrow(view: CanvasView, key: Qt.Key, event: QKeyEvent) -> None:
    """Nudge what is selected (Shift: five steps); with Ctrl, or nothing selected, walk to the next node."""
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    chosen = view.selection
    if view.empty_panel.isVisible() and view.empty_panel.focus_gallery():
        return
    if control or not (chosen.nodes or chosen.notes):
        if found := neighbour(view.canvas_scene, chosen.current, key):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                chosen.set([*(n for n in chosen.nodes if n != found), found], chosen.edges, chosen.notes)
            else:
                chosen.set([found])
            view.ensure_seen([found])
        return
    steps = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
    dx, dy = ARROWS[key]
    view.commands.nudge(dx * steps * m.GRID, dy * steps * m.GRID)


def _name(event: QKeyEvent) -> str:
    """Return a key press as the table writes it."""
    modifiers = event.modifiers() & ~(
        Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
    )
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Enter:
        key = Qt.Key.Key_Return
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and modifiers & Qt.KeyboardModifier.ShiftModifier:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(QKeyCombination(modifiers, key)).toString(QKeySequence.SequenceFormat.PortableText)
