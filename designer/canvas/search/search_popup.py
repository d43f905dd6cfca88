"""The search palette: a field, a list, Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.canvas.search.entries import SearchEntry, matching
from designer.canvas.style import CanvasStyle

WIDTH = 400
ROW = 40
ROWS = 8
Index = QModelIndex | QPersistentModelIndex


class SearchModel(QAbstractListModel):
    """The entries that fit what is typed."""

    def __init__(self, entries: Sequence[SearchEntry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = list(entries)
        self.shown = self._all

    def find(self, query: str) -> None:
        """Show what fits."""
        self.beginResetModel()
        self.shown = matching(self._all, query)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return entry.detail
        return entry if role == Qt.ItemDataRole.UserRole else None


class EntryDelegate(QStyledItemDelegate):
    """Draws an entry: the family's stripe, the title, and below it what it is."""

    def __init__(self, style: CanvasStyle, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._style = style

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 24, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        style, entry = self._style, index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.theme.color("selection_fill"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 5, 5)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.theme.color("hover"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.family(entry.family))
        painter.drawRoundedRect(QRect(rect.left() + 10, rect.top() + 10, 4, rect.height() - 20), 2, 2)
        text = rect.adjusted(24, 4, -8, -4)
        painter.setFont(style.name_font)
        painter.setPen(style.text)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), entry.title)
        painter.setFont(style.small_font)
        painter.setPen(style.muted)
        line = fitting_clause(entry.detail, style.small_metrics, text.width())
        painter.drawText(text, int(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft), line)
        painter.restore()


def fitting_clause(text: str, metrics: QFontMetricsF, width: float) -> str:
    """Return `text`, or as many of its clauses as fit; elided only where not even one does."""
    shown = text
    while metrics.horizontalAdvance(shown) > width:
        cut = max(shown.rfind(sign) for sign in (",", ";", ":", " ("))
        if cut < 8:
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        shown = shown[:cut]
    return shown


class SearchPopup(QFrame):
    """A field over a list. Typing filters, the arrow keys move, Enter chooses, Esc closes.

    Signals: chosen(payload): what the chosen entry stands for.
    """

    chosen = Signal(object)

    def __init__(
        self, entries: Sequence[SearchEntry], style: CanvasStyle, hint: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("search_popup")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(
            f"#search_popup {{ background: {style.panel.name()}; border: 1px solid {style.border.name()}; }}"
            f"#search_popup QListView {{ background: {style.panel.name()}; border: none; outline: none; }}"
        )
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(hint)
        self.field.setMinimumHeight(30)
        self.list = QListView(self)
        self.list.setAccessibleName("Results")
        self.list.setModel(SearchModel(entries, self))
        self.list.setItemDelegate(EntryDelegate(style, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = QLabel("Nothing fits. Try another word.", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMinimumHeight(ROW)
        self.nothing.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        for widget in (self.field, self.list, self.nothing):
            box.addWidget(widget)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)
        self._on_text_changed("")
        self.setFocusProxy(self.field)

    @property
    def model(self) -> SearchModel:
        """The entries shown."""
        found = self.list.model()
        assert isinstance(found, SearchModel)
        return found

    def open_at(self, at: QPoint) -> None:
        """Open with the field at a point of the screen, moved so that nothing lies outside it."""
        screen = self.screen().availableGeometry()
        x = max(screen.left() + 8, min(at.x(), screen.right() - self.width() - 8))
        y = max(screen.top() + 8, min(at.y(), screen.bottom() - self.height() - 8))
        self.move(x, y)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def choose_current(self) -> None:
        """Choose the entry that is marked."""
        index = self.list.currentIndex()
        if index.isValid():
            self._choose(index)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: ROWS - 1,
                Qt.Key.Key_PageUp: 1 - ROWS,
                Qt.Key.Key_Tab: 1,
                Qt.Key.Key_Backtab: -1,
            }
            key = Qt.Key(event.key())
            if key in steps:
                self._step(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose_current()
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _step(self, step: int) -> None:
        count = self.model.rowCount()
        if count:
            row = self.list.currentIndex().row() + step
            wrapped = row % count if abs(step) == 1 else max(0, min(row, count - 1))
            self.list.setCurrentIndex(self.model.index(wrapped))

    def _on_text_changed(self, text: str) -> None:
        self.model.find(text)
        found = self.model.rowCount() > 0
        self.list.setVisible(found)
        self.nothing.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self.model.index(0))
        rows = min(ROWS, max(1, self.model.rowCount()))
        self.setFixedSize(WIDTH, 8 + 30 + 6 + rows * ROW + 10)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        payload = index.data(Qt.ItemDataRole.UserRole).payload
        self.close()
        self.chosen.emit(payload)
