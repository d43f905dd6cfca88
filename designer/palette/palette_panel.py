"""The palette: a search field over the layers, templates and data sets that can be put in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QTabBar, QVBoxLayout, QWidget

from designer.common.forms.labels import ToneLabel
from designer.common.icons import icon
from designer.document.document import Document
from designer.palette.palette_model import PaletteEntry, PaletteModel, layer_entries, with_blocks
from designer.palette.palette_view import PaletteView
from designer.palette.search_field import SearchField
from engine.data.source import sources
from engine.design import edits as e
from engine.design.block_library import OWN
from engine.design.templates import names as template_infos

TABS = (("layer", "Layers"), ("template", "Templates"), ("data", "Data"))
NOUNS = {"layer": "layers", "template": "templates", "data": "data sets"}
HEADINGS = {"template": "Templates", "data": "Data sets"}


class PalettePanel(QWidget):
    """Lists what can be put into a design.

    Signals:
        layer_activated(type_name): put such a layer in at the centre of the view.
        template_activated(name): open that template. data_activated(name): use that data set.
    """

    layer_activated = Signal(str)
    template_activated = Signal(str)
    data_activated = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Palette")
        self._document = document
        self._entries: dict[str, list[PaletteEntry]] = {}
        self.search = SearchField("Search layers", hint="Tab")
        self.search.setToolTip(
            "Find a layer, template or data set; ↓ and Enter put it in (Tab on the canvas)"
        )
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._on_text_changed)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("What the palette lists")
        for _, title in TABS:
            self.tabs.addTab(title)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.model = PaletteModel(self)
        self.view = PaletteView(self.model)
        self.view.entry_activated.connect(self._on_entry_activated)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu_at)
        self.empty = ToneLabel("", role="text_muted", wrap=True)
        self.empty.setContentsMargins(14, 8, 14, 8)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        top = QVBoxLayout()
        top.setContentsMargins(10, 10, 10, 0)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self.tabs)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.search)
        document.blocks_changed.connect(self.reload_blocks)
        document.reset.connect(self.reload_blocks)
        self.reload()

    def sizeHint(self) -> QSize:
        return QSize(216, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(196, 160)

    def reload(self) -> None:
        """Read the registry, the templates and the data sets anew."""
        self._entries = {
            "layer": with_blocks(layer_entries(), self._document.design),
            "template": [
                PaletteEntry(
                    "template",
                    t.name,
                    t.title,
                    t.group,
                    f"{t.description}\n{t.figure}".strip(),
                    words=(t.name, t.description),
                )
                for t in template_infos()
            ],
            "data": [
                PaletteEntry(
                    "data",
                    source.name,
                    source.title,
                    _data_heading(source.kind),
                    source.description,
                    note="" if source.available else "download",
                    words=(source.name, source.kind, source.task),
                )
                for source in sources()
            ],
        }
        self._show()

    def reload_blocks(self) -> None:
        """Read the blocks of the design anew."""
        entries = with_blocks(self._entries["layer"], self._document.design)
        if entries != self._entries["layer"]:
            self._entries["layer"] = entries
            self._show()

    def show_tab(self, kind: str) -> None:
        """Show the layers ("layer"), the templates ("template") or the data sets ("data")."""
        self.search.clear()
        self.tabs.setCurrentIndex([key for key, _ in TABS].index(kind))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._on_search_key(event)
        return super().eventFilter(watched, event)

    def _on_search_key(self, event: QKeyEvent) -> bool:
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
        key = Qt.Key(event.key())
        if key in moves:
            if self.view.current_entry() is None:
                self.view.choose_first()
            else:
                self.view.move_current(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.view.activate_current()
        elif key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            return False
        return True

    def _show(self) -> None:
        query = self.search.text().strip()
        self.tabs.setVisible(not query)
        if query:
            # A search looks everywhere: what is no layer stands under a heading that says what it is.
            everything = list(self._entries["layer"])
            for kind in ("template", "data"):
                everything += [_under(entry, HEADINGS[kind]) for entry in self._entries[kind]]
            self.model.set_entries(everything)
        else:
            self.model.set_entries(self._entries[TABS[self.tabs.currentIndex()][0]])
        self.model.set_query(query)
        nothing = self.model.rowCount() == 0
        self.empty.setVisible(nothing)
        self.view.setVisible(not nothing)
        if nothing and query:
            self.empty.setText(
                f"Nothing is called “{query}”. Try a word such as convolution, pooling or spiral."
            )
        elif nothing:
            self.empty.setText("There is nothing here.")
        if query:
            self.view.choose_first()

    def block_menu(self, block_id: str) -> QMenu:
        """Return the menu of a block of the design, as a child of the panel."""
        menu = QMenu(self)
        uses = self._document.design.users_of(block_id)
        used = "once" if uses == 1 else f"{uses} times"
        words = f"Remove from the design (it is used {used})" if uses else "Remove from the design"
        action = menu.addAction(icon("delete"), words)
        action.setEnabled(not uses)
        name = self._document.design.blocks[block_id].name
        action.triggered.connect(lambda: self._document.push(f"Remove {name}", [e.RemoveBlock(block_id)]))
        return menu

    def _open_menu_at(self, place: QPoint) -> None:
        entry = self.model.entry(self.view.indexAt(place))
        block_id = "" if entry is None else entry.name.removeprefix(OWN)
        if entry is not None and entry.name.startswith(OWN) and block_id in self._document.design.blocks:
            menu = self.block_menu(block_id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(place))

    def _on_text_changed(self) -> None:
        self._show()

    def _on_tab_changed(self, index: int) -> None:
        self.search.setPlaceholderText(f"Search {NOUNS[TABS[index][0]]}")
        self._show()

    def _on_entry_activated(self, entry: PaletteEntry) -> None:
        signals = {
            "layer": self.layer_activated,
            "template": self.template_activated,
            "data": self.data_activated,
        }
        signals[entry.kind].emit(entry.name)


def _under(entry: PaletteEntry, heading: str) -> PaletteEntry:
    return PaletteEntry(
        entry.kind, entry.name, entry.title, heading, entry.tip, entry.family, entry.note, entry.words
    )


def _data_heading(kind: str) -> str:
    return {
        "points": "Points in the plane",
        "curve": "Curves",
        "image": "Images",
        "table": "Tables",
        "sequence": "Sequences",
    }.get(kind, "Other")
