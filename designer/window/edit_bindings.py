"""What the Edit menu does, and when it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.document.clipboard import clipboard_may_hold_layers
from designer.document.document import Document
from designer.document.edit_commands import EditCommands
from designer.document.selection import Selection
from designer.window.command_palette import CommandPalette

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.main_window import MainWindow


class EditBindings(QObject):
    """Binds the Edit menu to the commands on the selection, and keeps its texts and states true."""

    def __init__(
        self,
        window: MainWindow,
        document: Document,
        selection: Selection,
        commands: EditCommands,
        canvas: CanvasView,
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._selection = window, document, selection
        window.commands.bind(
            {
                "undo": document.undo_stack.undo,
                "redo": document.undo_stack.redo,
                "cut": commands.cut,
                "copy": commands.copy,
                "paste": canvas.paste,
                "duplicate": commands.duplicate,
                "delete": commands.delete,
                "delete_and_join": commands.delete_and_join,
                "select_all": commands.select_all,
                "rename": canvas.rename,
                "freeze": commands.toggle_frozen,
                "bypass": commands.toggle_bypassed,
                "group": commands.group,
                "ungroup": commands.ungroup,
                "enter_block": self._enter,
                "leave_block": canvas.blocks.leave,
                "commands": self.open_palette,
            }
        )
        self._canvas = canvas
        document.undo_changed.connect(self._on_undo_changed)
        document.reset.connect(self._on_undo_changed)
        document.checked.connect(self._on_selection_changed)
        selection.changed.connect(self._on_selection_changed)
        window.menus.menus["Edit"].aboutToShow.connect(self._on_menu_opening)
        self._on_undo_changed()
        self._on_selection_changed()

    def _enter(self) -> None:
        self._canvas.blocks.enter(self._selection.current)

    def open_palette(self) -> None:
        """Open the palette of all commands."""
        palette = CommandPalette(self._window.commands, self._window)
        palette.show()
        palette.field.setFocus()

    def _on_undo_changed(self) -> None:
        stack, actions = self._document.undo_stack, self._window.commands
        actions.set_text("undo", f"Undo {stack.undoText()}".strip())
        actions.set_text("redo", f"Redo {stack.redoText()}".strip())
        actions.enable(undo=stack.canUndo(), redo=stack.canRedo())

    def _on_selection_changed(self) -> None:
        nodes, copyable = bool(self._selection.nodes), bool(self._selection.nodes or self._selection.notes)
        self._window.commands.enable(
            cut=copyable,
            copy=copyable,
            duplicate=copyable,
            delete=not self._selection.empty,
            delete_and_join=nodes,
            rename=copyable,
            freeze=nodes,
            bypass=nodes,
            group=nodes,
            ungroup=any(self._canvas.blocks.can_enter(node_id) for node_id in self._selection.nodes),
            enter_block=self._canvas.blocks.can_enter(self._selection.current),
            leave_block=self._canvas.blocks.inside,
            select_all=bool(self._document.design.nodes),
        )

    def _on_menu_opening(self) -> None:
        # Only for the eye: the key works whenever it is pressed, and says so where there is nothing to paste.
        text = "Paste" if clipboard_may_hold_layers() else "Paste (no layers on the clipboard)"
        self._window.commands.set_text("paste", text)
