"""What a file's weights would fill, shown before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.common.text import format_count
from designer.common.theme import theme
from engine.core.shapes import text
from engine.export import Match

COLUMNS = ("In the network", "Shape", "In the file", "Shape there", "How it fits")
MARKS = {
    "exact": "✓",
    "renamed": "✓",
    "transposed": "✓",
    "permuted": "✓",
    "mismatch": "✕",
    "missing": "–",
    "unused": "–",
}
COLOURS = {"mismatch": "failing_text", "missing": "text_muted", "unused": "text_muted"}


class ImportDialog(QDialog):
    """The table of what matches, is skipped, does not fit. Lines that fit can be left out by their box.

    Signal: chosen(list of Match): the lines to carry out.
    """

    chosen = Signal(list)

    def __init__(self, file_name: str, matches: Sequence[Match], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import Weights")
        self._matches = list(matches)
        self.lead = QLabel()
        self.lead.setWordWrap(True)
        self.lead.setTextFormat(Qt.TextFormat.PlainText)
        self._file_name = file_name
        self.table = self._make_table()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.apply = QPushButton("Import")
        self.buttons.addButton(self.apply, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.apply.setProperty("primary", True)
        self.apply.setDefault(True)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.lead)
        column.addWidget(self.table, 1)
        column.addWidget(self.buttons)
        self.table.itemChanged.connect(self._show_count)
        self._show_count()
        rows = min(len(self._matches), 16) + 2
        self.resize(min(860, parent.width() - 60), min(136 + 22 * rows, parent.height() - 60))

    def selected(self) -> list[Match]:
        """Return the lines whose box is ticked."""
        items = [self.table.topLevelItem(row) for row in range(self.table.topLevelItemCount())]
        ticked = [item is not None and item.checkState(0) == Qt.CheckState.Checked for item in items]
        return [match for match, wanted in zip(self._matches, ticked, strict=True) if wanted and match.fits]

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setColumnCount(len(COLUMNS))
        table.setHeaderLabels(COLUMNS)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAlternatingRowColors(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setAccessibleName("What the file's weights would fill")
        for match in self._matches:
            table.addTopLevelItem(_line(match))
        header = table.header()
        header.setStretchLastSection(True)
        for column in range(len(COLUMNS) - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        return table

    def _show_count(self, *_: Any) -> None:
        chosen = self.selected()
        numbers = sum(match.values.size for match in chosen if match.values is not None)
        refused = sum(match.status == "mismatch" for match in self._matches)
        parts = [
            f"{self._file_name}: {len(chosen)} arrays, {format_count(numbers)} numbers go into the network."
        ]
        if refused:
            parts.append(f"{refused} {'does' if refused == 1 else 'do'} not fit.")
        parts.append("What is not filled stays as it is. The import can be undone.")
        self.lead.setText(" ".join(parts))
        self.apply.setEnabled(bool(chosen))

    def _accept(self) -> None:
        self.chosen.emit(self.selected())
        self.accept()


def _line(match: Match) -> QTreeWidgetItem:
    shapes = [text(shape) if shape is not None else "" for shape in (match.target_shape, match.source_shape)]
    words = f"{MARKS[match.status]} {match.reason}"
    item = QTreeWidgetItem([match.target or "—", shapes[0], match.source or "—", shapes[1], words])
    item.setCheckState(0, Qt.CheckState.Checked if match.fits else Qt.CheckState.Unchecked)
    if not match.fits:
        item.setFlags(item.flags() & ~(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled))
        for column in range(len(COLUMNS)):
            item.setForeground(column, theme().color(COLOURS[match.status]))
    return item
