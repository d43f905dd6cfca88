"""What a crash left behind, offered at the next start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from designer.common.text import count_noun
from designer.document.prompts import RecoveryChoice
from designer.document.recovery import RecoveredDesign


class RecoveryDialog(QDialog):
    """A list of designs. Closing it keeps them all for the next start."""

    def __init__(self, found: Sequence[RecoveredDesign], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Recover unsaved work")
        self.choice = RecoveryChoice()
        self._found = tuple(found)
        lead = QLabel("Gradloom ended without saving. This was kept; the files themselves are unchanged.")
        lead.setWordWrap(True)
        self.list = QListWidget(self)
        for item in found:
            self.list.addItem(describe(item))
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self._on_open)
        self.open_button, later, drop = QPushButton("Open"), QPushButton("Later"), QPushButton("Discard All")
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        self.open_button.setToolTip("Open the chosen design; it is not saved until you save it")
        later.setToolTip("Ask again at the next start (Esc)")
        drop.setToolTip("Remove everything listed here for good")
        self.open_button.clicked.connect(self._on_open)
        later.clicked.connect(self.reject)
        drop.clicked.connect(self._on_drop)
        self.drop_button = drop
        buttons = QHBoxLayout()
        buttons.addWidget(drop)
        buttons.addStretch()
        buttons.addWidget(later)
        buttons.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(lead)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        self.resize(520, 280)
        self.setWindowModality(Qt.WindowModality.WindowModal)

    def _on_open(self) -> None:
        self.choice = RecoveryChoice(self._found[max(self.list.currentRow(), 0)])
        self.accept()

    def _on_drop(self) -> None:
        self.choice = RecoveryChoice(None, self._found)
        self.accept()


def describe(item: RecoveredDesign) -> str:
    """Return a line that tells one recovered design from another."""
    when = item.saved_at.astimezone().strftime("%d %B, %H:%M")
    name = Path(item.original).name if item.original else f"{item.design.name} (never saved)"
    return f"{name} — {count_noun(len(item.design.nodes), 'layer')}, kept {when}"
