"""The layers as rows, in the order in which samples pass through them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from designer.common.icons import icon
from designer.common.text import count_noun, format_count
from designer.common.theme import theme
from designer.document.document import Document
from engine.core.problems import Problem
from engine.core.shapes import text as shape_text
from engine.design.elements import Node

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Layer", "Type", "Output shape", "Parameters")
NODE_ROLE = int(Qt.ItemDataRole.UserRole)
SIGNS = {"error": "error", "warning": "warning", "hint": "hint"}


class OutlineModel(QAbstractItemModel):
    """Mirrors the document's nodes. A name that is edited goes out as `rename_requested(id, name)`."""

    rename_requested = Signal(str, str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._rows: list[str] = []
        self._worst: dict[str, Problem] = {}
        document.checked.connect(self._on_checked)
        document.reset.connect(self._on_checked)
        document.node_replaced.connect(self._on_node_replaced)
        theme().changed.connect(self._on_theme_changed)
        self._on_checked()

    def node_at(self, row: int) -> str:
        """Return the node of a row."""
        return self._rows[row]

    def row_of(self, node_id: str) -> int:
        """Return the row of a node, or -1."""
        return self._rows.index(node_id) if node_id in self._rows else -1

    # ------------------------------------------------------------------ what a view asks

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if parent.isValid() or not 0 <= row < len(self._rows) or not 0 <= column < len(COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 3:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() == 0 else usual

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._document.design.nodes.get(self._rows[index.row()])
        if node is None:  # taken out a moment ago; `checked` follows
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(node, column)
            case Qt.ItemDataRole.EditRole:
                return node.name
            case Qt.ItemDataRole.DecorationRole:
                return self._sign(node) if column == 0 else None
            case Qt.ItemDataRole.TextAlignmentRole if column == 3:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column > 0 or node.bypassed:
                return theme().color("text_muted")
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._description(node)
            case Qt.ItemDataRole.AccessibleTextRole if column == 0:
                return self._spoken(node)
            case _ if role == NODE_ROLE:
                return node.id
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        node = self._document.design.nodes.get(self._rows[index.row()])
        if node is None or str(value) == node.name:
            return False
        self.rename_requested.emit(node.id, str(value))
        return True

    # ------------------------------------------------------------------ details

    def _text(self, node: Node, column: int) -> str:
        inference = self._document.inference
        if column == 0:
            return node.name
        if column == 1:
            return " · ".join([node.type, *_states(node)])
        if column == 2:
            shapes = inference.outputs.get(node.id) or inference.inputs.get(node.id) or ()
            return ", ".join(shape_text(shape) for shape in shapes)
        count = inference.parameter_count(node.id)
        return format_count(count) if count else ""

    def _spoken(self, node: Node) -> str:
        parts = [node.name, node.type, *_states(node)]
        if shape := self._text(node, 2):
            parts.append(f"shape {shape}")
        if count := self._document.inference.parameter_count(node.id):
            parts.append(count_noun(count, "parameter"))
        sources = [
            self._document.design.nodes[x.source].name for x in self._document.design.incoming(node.id)
        ]
        if sources:
            parts.append(f"fed by {', '.join(sources)}")
        if (worst := self._worst.get(node.id)) is not None:
            parts.append(f"{worst.severity}: {worst.message}")
        return ", ".join(parts)

    def _description(self, node: Node) -> str:
        problems = [problem.message for problem in self._document.problems_at(node.id)]
        return "\n".join(problems) or node.layer.FORMULA

    def _sign(self, node: Node) -> QIcon:
        worst = self._worst.get(node.id)
        if worst is not None:
            role = {"error": "failing", "warning": "warning"}.get(worst.severity, "text_muted")
            return icon(SIGNS[worst.severity], role)
        return QIcon(_stripe(theme().family(node.layer.FAMILY)))

    def _on_checked(self) -> None:
        known = self._document.inference
        rows = [*known.order, *known.cycle]
        worst: dict[str, Problem] = {}
        for problem in self._document.problems:  # the worst come first
            worst.setdefault(problem.node, problem)
        self._worst = worst
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        else:
            self._tell_all()

    def _on_node_replaced(self, node_id: str) -> None:
        row = self.row_of(node_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def _on_theme_changed(self) -> None:
        self._tell_all()

    def _tell_all(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))


def _states(node: Node) -> list[str]:
    return [word for word, on in (("frozen", node.frozen), ("bypassed", node.bypassed)) if on]


def _stripe(color: QColor) -> QPixmap:
    """Return the mark of a layer's family, as wide as the sign of a problem."""
    picture = QPixmap(32, 32)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(6, 1, 4, 14, 2, 2)
    painter.end()
    return picture
