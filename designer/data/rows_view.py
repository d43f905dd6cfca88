"""The first rows of a table, as they stand in the file."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget

from designer.common.text import tabular
from designer.common.theme import theme
from designer.data.data_look import DataLook

Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Cells of text; missing ones are shown as a dash."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._look = DataLook()

    def set_look(self, look: DataLook) -> None:
        """Show the rows of this look."""
        self.beginResetModel()
        self._look = look
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._look.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._look.columns)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        text, column = self._look.rows[index.row()][index.column()], self._look.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text if text.strip() else "—"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.kind == "number" else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and not text.strip():
            return theme().color("warning_text")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self._look.columns[section].name if orientation == Qt.Orientation.Horizontal else str(section + 1)
        )


class RowsView(QTableView):
    """The table of the first rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("first rows of the table")
        self.rows = RowsModel(self)
        self.setModel(self.rows)
        self.setFont(tabular(self.font()))
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)

    def show_look(self, look: DataLook) -> None:
        """Show the rows of this look."""
        self.rows.set_look(look)
        self.resizeColumnsToContents()
        for section in range(min(len(look.columns), 60)):
            self.setColumnWidth(section, min(self.columnWidth(section) + 8, 160))
        shown = min(len(look.rows), 8)
        bar = self.horizontalScrollBar().sizeHint().height()
        height = (
            self.horizontalHeader().sizeHint().height() + shown * self.verticalHeader().defaultSectionSize()
        )
        self.setFixedHeight(height + bar + 4)
