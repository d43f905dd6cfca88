"""The outline: the layers as a tree with every command, for keyboards and screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTreeView, QVBoxLayout, QWidget

from designer.document import editing
from designer.document.document import Document
from designer.document.edit_commands import EditCommands
from designer.document.selection import Selection
from designer.outline.outline_menu import outline_menu
from designer.outline.outline_model import OutlineModel
from designer.outline.reorder import move_down, move_up
from engine.core.errors import GradloomError
from engine.design.block_library import title_of
from engine.design.edits import Edit
from engine.design.elements import Edge, Position
from engine.design.flatten import Path
from engine.design.layout import COLUMN_GAP, NODE_SIZE

Keys = tuple[Qt.Key, Qt.KeyboardModifier]
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class OutlineTree(QTreeView):
    """The tree; keys that it does not use for itself go to the panel."""

    key_pressed = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        if self.state() != QAbstractItemView.State.EditingState:
            self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)


class OutlinePanel(QWidget):
    """Lists the layers in order, in step with the selection, and carries every command on them.

    Signals: node_activated(flat id): show it on the canvas; help_requested(type); refused(message): why not.
    """

    node_activated = Signal(str)
    help_requested = Signal(str)
    refused = Signal(str)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        edit: EditCommands | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document: Document = document
        self.selection: Selection = selection
        self.edit: EditCommands = edit or EditCommands(document, selection, self)
        self.setAccessibleName("Outline")
        self.model = OutlineModel(document, self)
        self.tree = OutlineTree(self)
        self.hint = QLabel("No layers yet. The menu key adds one here; the canvas shows how to begin.", self)
        self._keys: dict[Keys, object] = {}
        self._syncing = False
        self._unfolded: set[Path] = set()
        self._set_up()
        self._connect()
        self._show_state()
        self._on_selection_changed()

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out columns rather than cut names short."""
        super().resizeEvent(event)
        self._choose_columns()

    def _choose_columns(self) -> None:
        inset = 80 if self.model.is_nested else 0
        for column, least in ((3, 400), (1, 300), (2, 200)):
            self.tree.setColumnHidden(column, self.width() < least + inset)

    # ------------------------------------------------------------------ commands

    def current(self) -> str:
        """Return the node that the commands speak of."""
        return self.selection.current

    def rename(self) -> None:
        """Edit the name of the current layer in its row."""
        row = self.model.row_of(self.current())
        if row >= 0:
            self.tree.edit(self.model.index(row, 0))

    def move_up(self) -> None:
        """Exchange the current layer with the one that feeds it."""
        self._reorder(up=True)

    def move_down(self) -> None:
        """Exchange the current layer with the one that it feeds."""
        self._reorder(up=False)

    def add_layer(self, type_name: str, after: str = "") -> None:
        """Add a layer, fed by the node `after` where one is given."""
        design = self.document.design
        try:
            if after:
                port = design.nodes[after].layer.OUTPUTS[0].name
                place = self._place_after(after)
                edits, node_id = editing.attachment(design, type_name, place, source=(after, port))
            else:
                edits, node_id = editing.addition(design, type_name, (0.0, 0.0))
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self.push(f"Add {title_of(design, type_name)}", edits)
        self.selection.set([node_id])

    def draw_wire(self, edge: Edge) -> None:
        """Draw a wire."""
        names = self.document.design.nodes[edge.source].name, self.document.design.nodes[edge.target].name
        try:
            edits = editing.connection(self.document.design, edge, self.document.inference)
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self.push(f"Connect {names[0]} to {names[1]}", edits)

    def remove_wire(self, edge: Edge) -> None:
        """Take a wire out."""
        self.push("Remove 1 wire", editing.deletion(self.document.design, (), [edge]))

    def push(self, label: str, edits: Sequence[Edit]) -> None:
        """Carry out edits as one undo step, or tell why not."""
        try:
            self.document.push(label, edits)
        except GradloomError as error:
            self.refused.emit(str(error))

    def open_menu(self) -> None:
        """Open the menu at the current row."""
        row = self.model.row_of(self.current())
        rect = self.tree.visualRect(self.model.index(row, 0)) if row >= 0 else self.tree.viewport().rect()
        place = rect.bottomLeft() if row >= 0 else rect.center()
        self._open_menu_at(place)

    # ------------------------------------------------------------------ set-up

    def _set_up(self) -> None:
        tree = self.tree
        tree.setAccessibleName("Layers in order")
        tree.setModel(self.model)
        tree.setRootIsDecorated(False)
        tree.setIndentation(16)
        tree.setExpandsOnDoubleClick(False)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setTabKeyNavigation(False)
        tree.setIconSize(QSize(16, 16))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(60)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setProperty("muted", True)
        self.hint.setMargin(16)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.hint)
        box.addWidget(tree, 1)
        self.setFocusProxy(tree)

    def _connect(self) -> None:
        self.model.rename_requested.connect(self.edit.rename)
        self.model.modelReset.connect(self._on_model_reset)
        self.tree.key_pressed.connect(self._on_key_pressed)
        self.tree.activated.connect(self._on_activated)
        self.tree.expanded.connect(lambda index: self._unfolded.add(self.model.path_of(index)))
        self.tree.collapsed.connect(lambda index: self._unfolded.discard(self.model.path_of(index)))
        self.tree.customContextMenuRequested.connect(self._open_menu_at)
        self.tree.selectionModel().selectionChanged.connect(self._on_rows_selected)
        self.tree.selectionModel().currentChanged.connect(self._on_rows_selected)
        self.selection.changed.connect(self._on_selection_changed)
        self.edit.refused.connect(self.refused)
        alt = Qt.KeyboardModifier.AltModifier
        self._keys = {
            (Qt.Key.Key_Delete, NONE): self.edit.delete,
            (Qt.Key.Key_Backspace, NONE): self.edit.delete,
            (Qt.Key.Key_Delete, CTRL): self.edit.delete_and_join,
            (Qt.Key.Key_L, CTRL): self.edit.toggle_frozen,
            (Qt.Key.Key_B, CTRL): self.edit.toggle_bypassed,
            (Qt.Key.Key_G, CTRL): self.edit.group,
            (Qt.Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier): self.edit.ungroup,
            (Qt.Key.Key_D, CTRL): self.edit.duplicate,
            (Qt.Key.Key_C, CTRL): self.edit.copy,
            (Qt.Key.Key_X, CTRL): self.edit.cut,
            (Qt.Key.Key_V, CTRL): self.edit.paste,
            (Qt.Key.Key_F2, NONE): self.rename,
            (Qt.Key.Key_F1, NONE): self._help,
            (Qt.Key.Key_Up, alt): self.move_up,
            (Qt.Key.Key_Down, alt): self.move_down,
            (Qt.Key.Key_Menu, NONE): self.open_menu,
        }

    # ------------------------------------------------------------------ answers

    def _on_key_pressed(self, event: QKeyEvent) -> None:
        call = self._keys.get((Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier))
        if callable(call):
            event.accept()
            call()

    def _on_activated(self, index: QModelIndex) -> None:
        self.node_activated.emit(self.document.flat_id("/".join(self.model.path_of(index))))

    def _on_model_reset(self) -> None:
        self._show_state()
        for path in self._unfolded:
            self.tree.expand(self.model.index_of(path))
        self._on_selection_changed()

    def _on_rows_selected(self) -> None:
        if self._syncing:
            return
        rows = self.tree.selectionModel().selectedRows()
        nodes = [node for index in rows if (node := self.model.node_of(index))]
        current = self.model.node_of(self.tree.currentIndex())
        if current in nodes:
            nodes = [*(node for node in nodes if node != current), current]
        self.selection.set(
            nodes, [] if nodes else self.selection.edges, [] if nodes else self.selection.notes
        )

    def _on_selection_changed(self) -> None:
        rows = [row for node in self.selection.nodes if (row := self.model.row_of(node)) >= 0]
        wanted = QItemSelection()
        for row in rows:
            wanted.select(self.model.index(row, 0), self.model.index(row, self.model.columnCount() - 1))
        self._syncing = True
        try:
            model = self.tree.selectionModel()
            if rows:
                current = self.model.index(rows[-1], 0)
                model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.tree.scrollTo(current)
            model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._syncing = False

    def _open_menu_at(self, place: QPoint) -> None:
        index = self.tree.indexAt(place)
        node_id = self.model.node_of(index)
        menu = outline_menu(self, node_id or self.current())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(place))

    def _show_state(self) -> None:
        self.hint.setVisible(self.model.rowCount() == 0)
        self.tree.setRootIsDecorated(self.model.is_nested)
        self._choose_columns()

    def _help(self) -> None:
        if node := self.document.design.nodes.get(self.current()):
            self.help_requested.emit(node.type)

    def _reorder(self, *, up: bool) -> None:
        node_id = self.current()
        if not node_id:
            return
        try:
            edits = (move_up if up else move_down)(self.document.design, node_id)
        except GradloomError as error:
            self.refused.emit(str(error))
            return
        self.push(f"Move {self.document.design.nodes[node_id].name} {'up' if up else 'down'}", edits)

    def _place_after(self, node_id: str) -> Position | None:
        """Return a place to the right of a node, below whatever is there."""
        at = self.document.design.nodes[node_id].position
        if at is None:
            return None
        x, y = at[0] + NODE_SIZE[0] + COLUMN_GAP, at[1]
        places = [node.position for node in self.document.design.nodes.values() if node.position is not None]
        while any(abs(x - px) < NODE_SIZE[0] and abs(y - py) < NODE_SIZE[1] for px, py in places):
            y += NODE_SIZE[1] + 32.0
        return x, y
