"""All commands, found by a few letters (Ctrl+Shift+P)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.actions import Actions
from designer.common.fuzzy import score
from designer.common.theme import theme

WIDTH, ROWS, ROW = 520, 12, 30
NAME = Qt.ItemDataRole.UserRole
KEYS = Qt.ItemDataRole.UserRole + 1
ENABLED = Qt.ItemDataRole.UserRole + 2


class CommandPalette(QDialog):
    """A field and the list of commands that match it, best first. Enter runs the chosen one."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("All commands")
        self._actions = actions
        self._field = QLineEdit(self)
        self._field.setPlaceholderText("Type a command")
        self._field.textChanged.connect(self._fill)
        self._field.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(CommandDelegate(self._list))
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._field)
        column.addWidget(self._list)
        self.setFixedSize(WIDTH, ROWS * ROW + 64)
        self.move(parent.mapToGlobal(parent.rect().topLeft()).x() + (parent.width() - WIDTH) // 2, 0)
        top = parent.mapToGlobal(parent.rect().topLeft()).y() + 56
        self.move(self.x(), top)
        self._fill("")

    @property
    def field(self) -> QLineEdit:
        """Where a person types."""
        return self._field

    def found(self) -> list[str]:
        """Return the names of the commands listed, best first."""
        return [str(self._model.item(row).data(NAME)) for row in range(self._model.rowCount())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: ROWS,
                Qt.Key.Key_PageUp: -ROWS,
            }
            if event.key() in step:
                self._move(step[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, query: str) -> None:
        rows = []
        for name, spec in self._actions.specs.items():
            action = self._actions[name]
            label = _label(spec.menu, action)
            points = command_score(query, spec.menu, action.text().rstrip("…"))
            if points > 0 and name != "commands" and action.isVisible():
                rows.append((action.isEnabled(), points, label, name, action))
        if query:
            rows.sort(key=lambda row: (row[0], row[1]), reverse=True)
        self._model.clear()
        for enabled, _, label, name, action in rows:
            item = QStandardItem(label)
            item.setData(name, NAME)
            item.setData(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), KEYS)
            item.setData(enabled, ENABLED)
            item.setToolTip(action.toolTip())
            self._model.appendRow(item)
        self._list.setCurrentIndex(self._model.index(0, 0))

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            row = min(max(self._list.currentIndex().row() + step, 0), count - 1)
            self._list.setCurrentIndex(self._model.index(row, 0))

    def _run(self) -> None:
        index = self._list.currentIndex()
        if not index.isValid() or not index.data(ENABLED):
            return
        action = self._actions[str(index.data(NAME))]
        self.close()
        action.trigger()


class CommandDelegate(QStyledItemDelegate):
    """Draws a command with its keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(WIDTH, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection_fill"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4)
        enabled = bool(index.data(ENABLED))  # type: ignore[attr-defined]
        inner = rect.adjusted(10, 0, -10, 0)
        painter.setPen(theme().color("text_muted"))
        keys = str(index.data(KEYS))  # type: ignore[attr-defined]
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        painter.setPen(theme().color("text" if enabled else "disabled"))
        label = str(index.data())  # type: ignore[attr-defined]
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
        painter.restore()


def command_score(query: str, menu: str, text: str) -> float:
    """Return how well `query` fits a command, 0 to 100: its own words count more than its menu's."""
    return score(query, text, (f"{menu} {text}",))


def _label(menu: str, action: QAction) -> str:
    return f"{menu.replace('/', ': ')}: {action.text().rstrip('…')}"
