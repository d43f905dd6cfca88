"""The columns of a table: what they hold, what is missing, and which are the network's inputs and targets."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from designer.common.text import format_number
from designer.common.theme import theme
from designer.data.data_look import DataLook
from engine.data.previewing import PreviewColumn

NAME, INPUT, TARGET, KIND = range(4)
MOST = 500


class ColumnsView(QTreeWidget):
    """One line per column, with a check mark for inputs and one for targets.

    Signals: choice_changed(features, target): the names checked; features () where all but the targets are.
    """

    choice_changed = Signal(tuple, tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("columns of the table")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.setHeaderLabels(["column", "in", "target", "kind"])
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(28)
        for section in (INPUT, TARGET, KIND):
            self.header().setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self._filling = False
        self.itemChanged.connect(self._on_item_changed)

    def show_look(
        self, look: DataLook, features: tuple[str, ...], target: tuple[str, ...] = (), *, choosable: bool
    ) -> None:
        """Show the columns of a look; `features` and `target` are those named in the settings.

        Without names the target is the one that the look found, or the last column, and the rest are inputs.
        """
        targets = target or look.targets or tuple(column.name for column in look.columns[-1:])
        self._filling = True
        self.clear()
        for column in look.columns[:MOST]:
            item = QTreeWidgetItem([column.name, "", "", kind_text(column)])
            item.setToolTip(NAME, column_tip(column))
            is_target = column.name in targets
            is_input = column.name in features if features else not is_target
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | (Qt.ItemFlag.ItemIsUserCheckable if choosable else Qt.ItemFlag(0))
            )
            for place, checked in ((INPUT, is_input), (TARGET, is_target)):
                item.setCheckState(place, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            troubled = column.missing or column.kind == "mixed"
            item.setForeground(KIND, theme().color("warning_text" if troubled else "text_muted"))
            item.setToolTip(KIND, column_tip(column))
            self.addTopLevelItem(item)
        self._filling = False
        rows = min(len(look.columns), 9)
        height = self.sizeHintForRow(0) if look.columns else 0
        self.setFixedHeight(self.header().sizeHint().height() + rows * max(height, 20) + 4)

    def choice(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names that are checked: (features, target)."""
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        present = [item for item in items if item is not None]
        target = tuple(i.text(NAME) for i in present if i.checkState(TARGET) == Qt.CheckState.Checked)
        features = tuple(i.text(NAME) for i in present if i.checkState(INPUT) == Qt.CheckState.Checked)
        others = tuple(i.text(NAME) for i in present if i.text(NAME) not in target)
        return (() if features == others else features), target

    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._filling or column not in (INPUT, TARGET):
            return
        self._filling = True
        if column == TARGET and item.checkState(TARGET) == Qt.CheckState.Checked:
            item.setCheckState(INPUT, Qt.CheckState.Unchecked)
        elif column == TARGET:
            item.setCheckState(INPUT, Qt.CheckState.Checked)
        elif item.checkState(INPUT) == Qt.CheckState.Checked:
            item.setCheckState(TARGET, Qt.CheckState.Unchecked)
        self._filling = False
        self.choice_changed.emit(*self.choice())


def kind_text(column: PreviewColumn) -> str:
    """Return what a column holds, and with a sign how many values are missing."""
    return f"{column.kind} ▲ {column.missing:,}" if column.missing else column.kind


def column_tip(column: PreviewColumn) -> str:
    """Return what is known of a column, in words."""
    lines = [f"{column.name}: {column.kind}, {column.distinct:,} different values"]
    if column.minimum is not None and column.maximum is not None and column.mean is not None:
        low, high, mean = (format_number(value, 4) for value in (column.minimum, column.maximum, column.mean))
        lines.append(f"from {low} to {high}, mean {mean}")
    if column.missing:
        lines.append(f"{column.missing:,} values are missing")
    if column.examples:
        lines.append("such as " + ", ".join(text[:24] for text in column.examples[:4]))
    return "\n".join(lines)
