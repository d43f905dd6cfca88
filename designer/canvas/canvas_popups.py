"""What opens over the canvas for a moment: the search palette, in-place fields, the menu of cures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtWidgets import QWidget

from designer.canvas import metrics as m
from designer.canvas.connecting import End
from designer.canvas.inline_editor import NameEditor, NoteEditor
from designer.canvas.menus import cure_menu
from designer.canvas.search.entries import SearchEntry, layer_entries, target_entries
from designer.canvas.search.search_popup import SearchPopup
from engine.core.problems import Repair
from engine.design import edits as e
from engine.design.elements import Edge

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


class CanvasPopups(QObject):
    """Opens and places the canvas's pop-ups. `search` is the search palette while it is open."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.search: SearchPopup | None = None

    def open_layers(self, pos: QPointF | None, end: End | None, wire: Edge | None) -> None:
        """Open the search palette for layers; see `CanvasView.open_search`."""
        view = self._view
        under = pos if pos is not None else view.pointer_scene_pos()
        place = view.mapFromScene(under) if under is not None else view.viewport().rect().center()
        hint = "Search layers"
        entries = layer_entries(view.document, end)
        if wire is not None:
            hint = "Insert a layer into the wire"
            entries = [entry for entry in entries if entry.stands_on_wires]
        elif end is not None:
            name = view.document.design.nodes[end.node].name
            hint = f"Search what {name} can feed" if end.output else f"Search what can feed {name}"

        def chosen(type_name: str) -> None:
            if wire is not None:
                view.commands.insert_on_wire(type_name, wire)
            else:
                # Opened by key, the layer continues the network at the selection where it can.
                view.commands.add_layer(type_name, pos, end, otherwise=under)

        self._open(entries, hint, place, chosen)

    def open_targets(self, node_id: str) -> None:
        """Open the list of what a node can be connected to."""
        view = self._view
        node = view.document.design.nodes.get(node_id)
        if node is None:
            view.tell("Select the layer that the wire should start at.")
            return
        if not node.layer.OUTPUTS:
            view.tell(f"{node.name} has no output.")
            return
        entries: list[SearchEntry] = []
        for port in node.layer.OUTPUTS:
            entries += target_entries(view.document, End(node_id, True, port.name))
        if not entries:
            view.tell(f"Nothing can take a wire from {node.name}. Add a layer first.")
            return
        item = view.canvas_scene.nodes[node_id]
        place = view.mapFromScene(item.rect().topRight() + QPointF(16, 0))
        self._open(entries, f"Connect {node.name} to", place, view.commands.draw_wire)

    def open_cures(self, cures: list[Repair], at: QPoint) -> None:
        """Open the menu of what would make a refused wire fit."""
        menu = cure_menu(self._view, cures)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._view.viewport().mapToGlobal(at))

    def edit_name(self, node_id: str) -> None:
        """Open a field over a node's name."""
        view = self._view
        item = view.canvas_scene.nodes.get(node_id)
        if item is None:
            return
        view.ensure_seen([node_id])
        rect = item.rect()
        place = self._on_screen(QRectF(rect.left(), rect.top() - 2, rect.width(), m.HEADER + 4), 160, 30)
        name = view.document.design.nodes[node_id].name
        editor = NameEditor(name, place, lambda text: view.edit.rename(node_id, text), view.viewport())
        view.document.reset.connect(editor.dismiss)

    def edit_block_name(self, block_id: str, over: QWidget) -> None:
        """Open a field for a block's name, over the widget that shows it."""
        scope = self._view.blocks.scope
        if scope is None:
            return
        place = QRect(over.mapTo(self._view, QPoint(0, 0)), over.size()).adjusted(0, -2, 24, 2)
        place.setWidth(max(place.width(), 180))
        name = scope.root.design.blocks[block_id].name
        NameEditor(name, place, lambda text: scope.rename_block(block_id, text), self._view)

    def edit_note(self, note_id: str) -> None:
        """Open a field over a comment's text."""
        view = self._view
        item = view.canvas_scene.notes.get(note_id)
        if item is None:
            return
        rect = item.rect()
        tall = min(rect.height(), 96.0)
        place = self._on_screen(QRectF(rect.left(), rect.top(), min(rect.width(), 360.0), tall), 200, 64)
        note = view.document.design.notes[note_id]

        def done(text: str) -> None:
            now = view.document.design.notes.get(note_id)
            if now is not None and text != now.text:
                view.document.push(
                    "Edit the comment", [e.ReplaceNote(msgspec.structs.replace(now, text=text))]
                )

        editor = NoteEditor(note.text, place, done, view.viewport())
        view.document.reset.connect(editor.dismiss)

    def _open(
        self, entries: list[SearchEntry], hint: str, place: QPoint, chosen: Callable[..., object]
    ) -> None:
        popup = SearchPopup(entries, self._view.style_, hint, self._view)
        self.search = popup
        popup.chosen.connect(chosen)
        popup.destroyed.connect(self._on_search_destroyed)
        popup.open_at(self._view.viewport().mapToGlobal(place))

    def _on_search_destroyed(self) -> None:
        self.search = None

    def _on_screen(self, rect: QRectF, least_width: int, least_height: int) -> QRect:
        found = self._view.mapFromScene(rect).boundingRect()
        found.setWidth(max(found.width(), least_width))
        found.setHeight(max(found.height(), least_height))
        room = self._view.viewport().rect()
        found.moveLeft(max(0, min(found.left(), room.right() - found.width())))
        found.moveTop(max(0, min(found.top(), room.bottom() - found.height())))
        return found
