"""Choosing a source of data: a built-in or named set from a list, or a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from designer.common.forms.choice_editors import Chooser
from designer.common.forms.labels import ToneLabel
from engine.data.files import file_formats
from engine.data.source import SourceInfo, sources

KINDS = {
    "points": "Points in the plane",
    "curve": "Curves",
    "image": "Images",
    "table": "Tables",
    "sequence": "Sequences",
}


class SourceChooser(QWidget):
    """The list of sources, with a button for files. Signals: chosen(source): a name, or the path of a file."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.infos: dict[str, SourceInfo] = {}
        self.list = Chooser()
        self.list.setAccessibleName("data source")
        self.list.activated.connect(self._on_activated)
        self.open_button = QPushButton("Open a file…")
        self.open_button.setToolTip("Use a CSV, NPZ or IDX file, or a folder of texts, as data")
        menu = QMenu(self.open_button)
        menu.addAction("File…", self._on_open_file)
        menu.addAction("Folder…", self._on_open_folder)
        self.open_button.setMenu(menu)
        self.path = ToneLabel("", role="text_muted", wrap=True, selectable=True)
        self.path.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.open_button)
        row.addWidget(self.path, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addLayout(row)
        self.reload()

    def reload(self) -> None:
        """Read the list of sources anew: a download may have made one available."""
        self.infos = {info.name: info for info in sources()}
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for kind, heading in KINDS.items():
            group = [info for info in self.infos.values() if info.kind == kind]
            if group and self.list.count():
                self.list.insertSeparator(self.list.count())
            for info in group:
                self.list.addItem(info.title if info.available else f"{info.title} (download)", info.name)
                tip = f"{heading}\n{info.description}"
                self.list.setItemData(self.list.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        widest = max(
            (self.list.fontMetrics().horizontalAdvance(i.title) for i in self.infos.values()), default=0
        )
        self.list.view().setMinimumWidth(widest + 110)
        self.list.setCurrentIndex(-1)
        self.list.setPlaceholderText("Choose data…")
        self.list.blockSignals(blocked)

    def show_source(self, source: str | None) -> None:
        """Show which source is in use."""
        blocked = self.list.blockSignals(True)
        self.list.setCurrentIndex(-1 if source is None else self.list.findData(source))
        is_file = source is not None and source not in self.infos
        self.list.setPlaceholderText(Path(source or "").name if is_file else "Choose data…")
        self.path.setText(f"in {Path(source or '').parent}" if is_file else "")
        self.path.setToolTip(str(source) if is_file else "")
        self.list.blockSignals(blocked)

    def choose_path(self, path: str) -> None:
        """Use a file or folder."""
        if path:
            self.chosen.emit(path)

    def _on_activated(self) -> None:
        self.chosen.emit(str(self.list.currentData()))

    def _on_open_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Use a file as data", "", file_filter())
        self.choose_path(path)

    def _on_open_folder(self) -> None:
        self.choose_path(QFileDialog.getExistingDirectory(self, "Use a folder of text files as data"))


def file_filter() -> str:
    """Return the file dialog's filter, from the formats that are read."""
    patterns: dict[str, str] = {}
    for entry in file_formats():
        if entry.suffixes:
            patterns[entry.title] = " ".join(f"*{suffix}" for suffix in entry.suffixes)
    everything = " ".join(patterns.values())
    return ";;".join(
        [f"Data ({everything})", *(f"{title} ({text})" for title, text in patterns.items()), "All files (*)"]
    )
