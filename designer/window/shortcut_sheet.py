"""The sheet of all keys and gestures (Ctrl+/)."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from designer.actions import Actions
from designer.window.action_table import GESTURES

COLUMNS = 3


class ShortcutSheet(QDialog):
    """Every command that has keys, by menu, and what the mouse does."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Shortcuts")
        self.resize(min(1120, parent.width() - 40), min(650, parent.height() - 20))
        groups: dict[str, list[tuple[str, str]]] = {}
        for heading, keys, meaning in rows(actions):
            groups.setdefault(heading, []).append((keys, meaning))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(24, 16, 24, 24)
        columns.setSpacing(32)
        lengths = [0] * COLUMNS
        layouts = [QVBoxLayout() for _ in range(COLUMNS)]
        # The longest first, so that the columns end at one height.
        for heading, entries in sorted(groups.items(), key=lambda group: -len(group[1])):
            shortest = lengths.index(min(lengths))
            lengths[shortest] += 2 + sum(_lines(*entry) for entry in entries)
            layouts[shortest].addWidget(_group(heading, entries))
        for layout in layouts:
            layout.setSpacing(16)
            layout.addStretch()
            columns.addLayout(layout, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)


def rows(actions: Actions) -> Iterator[tuple[str, str, str]]:
    """Yield (heading, keys, meaning) of every command that has keys and is there, then of every gesture."""
    native = QKeySequence.SequenceFormat.NativeText
    for name, spec in actions.specs.items():
        keys = [key.toString(native) for key in actions[name].shortcuts()]
        if keys and actions[name].isVisible():
            extra = f" ({spec.sheet})" if spec.sheet else ""
            yield spec.menu.partition("/")[0], " or ".join(keys), f"{spec.text.rstrip('…')}{extra}"
    yield from GESTURES


def _lines(keys: str, meaning: str) -> int:
    return 2 if len(keys) > 18 or len(meaning) > 32 else 1


def _group(heading: str, entries: list[tuple[str, str]]) -> QWidget:
    group = QWidget()
    grid = QGridLayout(group)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    title = QLabel(heading)
    title.setProperty("heading", True)
    grid.addWidget(title, 0, 0, 1, 2)
    for place, (keys, meaning) in enumerate(entries, 1):
        left, right = QLabel(keys), QLabel(meaning)
        left.setWordWrap(True)
        left.setProperty("muted", True)
        right.setWordWrap(True)
        left.setMinimumWidth(110)
        left.setMaximumWidth(130)
        grid.addWidget(left, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(right, place, 1, Qt.AlignmentFlag.AlignTop)
    return group
