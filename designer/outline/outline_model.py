"""The layers as rows, in the order in which samples pass through them; below a block those inside it."""

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
from engine.design.blocks import BlockLayer
from engine.design.design import Design
from engine.design.elements import Node
from engine.design.flatten import Path
from engine.design.inference import Inference

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Layer", "Type", "Output shape", "Parameters")
NODE_ROLE = int(Qt.ItemDataRole.UserRole)
SIGNS = {"error": "error", "warning": "warning", "hint": "hint"}


class Row:
    """One line: a node, and where it is: `path` leads to it from what the document shows, through blocks."""

    def __init__(self, path: Path, design: Design, known: Inference, parent: Row | None, place: int) -> None:
        self.path, self.design, self.known = path, design, known
        self.parent, self.place = parent, place
        self.children: list[Row] = []
        node = design.nodes[path[-1]]
        inner = known.inner.get(node.id)
        if isinstance(node.layer, BlockLayer) and inner is not None:
            inside = design.inside(node.layer.block, inner.arriving)
            order = [*inner.order, *inner.cycle]
            self.children = [Row((*path, n), inside, inner, self, i) for i, n in enumerate(order)]

    def all(self) -> list[Row]:
        """Return this row and all below it."""
        return [self, *(row for child in self.children for row in child.all())]


class OutlineModel(QAbstractItemModel):
    """Mirrors the document's nodes. A name that is edited goes out as `rename_requested(id, name)`.

    Rows below a block are for looking and going there; commands speak of the rows on top.
    """

    rename_requested = Signal(str, str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._tops: list[Row] = []
        self._rows: list[Row] = []
        self._numbers: dict[int, int] = {}
        self._worst: dict[Path, Problem] = {}
        document.checked.connect(self._on_checked)
        document.reset.connect(self._on_checked)
        document.node_replaced.connect(self._on_node_replaced)
        theme().changed.connect(self._on_theme_changed)
        self._on_checked()

    def node_at(self, row: int) -> str:
        """Return the node of a row on top."""
        return self._tops[row].path[-1]

    def node_of(self, index: Index) -> str:
        """Return the node of an index, "" where it is inside a block."""
        return "" if not index.isValid() or index.parent().isValid() else self.node_at(index.row())

    def path_of(self, index: Index) -> Path:
        """Return where the node of an index is, from what the document shows."""
        return self._row(index).path

    def index_of(self, path: Path) -> QModelIndex:
        """Return the index of what is at a path, an invalid one where nothing is."""
        row = next((row for row in self._rows if row.path == path), None)
        return QModelIndex() if row is None else self.createIndex(row.place, 0, self._numbers[id(row)])

    def row_of(self, node_id: str) -> int:
        """Return the row of a node, or -1."""
        return next((place for place, row in enumerate(self._tops) if row.path[-1] == node_id), -1)

    @property
    def is_nested(self) -> bool:
        """Whether there are rows below others."""
        return len(self._rows) > len(self._tops)

    # ------------------------------------------------------------------ what a view asks

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        rows = self._row(parent).children if parent.isValid() else self._tops
        if not 0 <= row < len(rows) or not 0 <= column < len(COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, self._numbers[id(rows[row])])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        above = self._row(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.place, 0, self._numbers[id(above)])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._tops)
        return len(self._row(parent).children) if parent.column() == 0 else 0

    def _row(self, index: Index) -> Row:
        return self._rows[index.internalId()]

    def _node(self, index: Index) -> Node | None:
        row = self._row(index)
        nodes = self._document.design.nodes if row.parent is None else row.design.nodes
        return nodes.get(row.path[-1])  # None for one that was taken out a moment ago; `checked` follows

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
        if index.parent().isValid():
            return Qt.ItemFlag.ItemIsEnabled
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not self._row(index).children:
            usual |= Qt.ItemFlag.ItemNeverHasChildren
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() == 0 else usual

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node, row = self._node(index), self._row(index)
        if node is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, node, column)
            case Qt.ItemDataRole.EditRole:
                return node.name
            case Qt.ItemDataRole.DecorationRole:
                return self._sign(row, node) if column == 0 else None
            case Qt.ItemDataRole.TextAlignmentRole if column == 3:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column > 0 or node.bypassed or row.parent is not None:
                return theme().color("text_muted")
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._description(row, node)
            case Qt.ItemDataRole.AccessibleTextRole if column == 0:
                return self._spoken(row, node)
            case _ if role == NODE_ROLE:
                return node.id
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        node = self._node(index)
        if node is None or str(value) == node.name:
            return False
        self.rename_requested.emit(node.id, str(value))
        return True

    # ------------------------------------------------------------------ details

    def _known(self, row: Row) -> tuple[Design, Inference]:
        if row.parent is None:
            return self._document.design, self._document.inference
        return row.design, row.known

    def _text(self, row: Row, node: Node, column: int) -> str:
        design, inference = self._known(row)
        if column == 0:
            return node.name
        if column == 1:
            return " · ".join([design.type_of(node), *_states(node)])
        if column == 2:
            shapes = inference.outputs.get(node.id) or inference.inputs.get(node.id) or ()
            return ", ".join(shape_text(shape) for shape in shapes)
        count = inference.parameter_count(node.id)
        return format_count(count) if count else ""

    def _spoken(self, row: Row, node: Node) -> str:
        design, inference = self._known(row)
        parts = [node.name, design.type_of(node), *_states(node)]
        if shape := self._text(row, node, 2):
            parts.append(f"shape {shape}")
        if count := inference.parameter_count(node.id):
            parts.append(count_noun(count, "parameter"))
        if row.children:
            parts.append(f"{count_noun(len(row.children), 'row')} inside")
        sources = [design.nodes[x.source].name for x in design.incoming(node.id)]
        if sources:
            parts.append(f"fed by {', '.join(sources)}")
        if (worst := self._worst.get(row.path)) is not None:
            parts.append(f"{worst.severity}: {worst.message}")
        return ", ".join(parts)

    def _description(self, row: Row, node: Node) -> str:
        here = (p for p in self._document.problems if (p.node, *p.inside)[: len(row.path)] == row.path)
        problems = [problem.message for problem in here]
        return "\n".join(problems) or node.layer.FORMULA

    def _sign(self, row: Row, node: Node) -> QIcon:
        worst = self._worst.get(row.path)
        if worst is not None:
            role = {"error": "failing", "warning": "warning"}.get(worst.severity, "text_muted")
            return icon(SIGNS[worst.severity], role)
        return QIcon(_stripe(theme().family(node.layer.FAMILY)))

    def _on_checked(self) -> None:
        known = self._document.inference
        worst: dict[Path, Problem] = {}
        for problem in self._document.problems:  # the worst come first
            place = (problem.node, *problem.inside)
            for depth in range(1, len(place) + 1):
                worst.setdefault(place[:depth], problem)
        self._worst = worst
        order = [*known.order, *known.cycle]
        tops = [Row((node_id,), self._document.design, known, None, i) for i, node_id in enumerate(order)]
        rows = [row for top in tops for row in top.all()]
        same = [row.path for row in rows] == [row.path for row in self._rows]
        if not same:
            self.beginResetModel()
        self._tops, self._rows = tops, rows
        self._numbers = {id(row): number for number, row in enumerate(rows)}
        if same:
            self._tell_all()
        else:
            self.endResetModel()

    def _on_node_replaced(self, node_id: str) -> None:
        row = self.row_of(node_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def _on_theme_changed(self) -> None:
        self._tell_all()

    def _tell_all(self) -> None:
        for parent in [None, *(row for row in self._rows if row.children)]:
            above = QModelIndex() if parent is None else self.index_of(parent.path)
            count = self.rowCount(above)
            if count:
                last = self.index(count - 1, len(COLUMNS) - 1, above)
                self.dataChanged.emit(self.index(0, 0, above), last)


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
