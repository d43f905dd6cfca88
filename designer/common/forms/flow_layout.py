"""A row of widgets that goes on in the next line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lays its widgets out like words: left to right, then the next line. With `stretch`, columns fill the width."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8, column_width: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self._column_width = column_width
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, apply=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        if self._column_width:
            size.setWidth(self._column_width)
        return size

    def _arrange(self, rect: QRect, *, apply: bool) -> int:
        """Lay out the items (only measure without `apply`) and return the height that they take."""
        y, lines = rect.y(), self._lines(rect.width())
        for line in lines:
            height = max(size.height() for _, size in line)
            x = rect.x()
            for item, size in line:
                if apply:
                    # Cards of one line are of one height; words keep their own.
                    item.setGeometry(
                        QRect(x, y, size.width(), height if self._column_width else size.height())
                    )
                x += size.width() + self._gap
            y += height + self._gap
        return y - rect.y() - (self._gap if lines else 0)

    def _lines(self, room: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        columns = max(1, (room + self._gap) // (self._column_width + self._gap)) if self._column_width else 0
        width = (room - self._gap * (columns - 1)) // columns if columns else room
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            size = self._size(item, width, fill=bool(columns))
            if not lines or used + size.width() > room:
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self._gap
        return lines

    def _size(self, item: QLayoutItem, width: int, *, fill: bool) -> QSize:
        hint = item.sizeHint()
        if fill:
            height = item.heightForWidth(width) if item.hasHeightForWidth() else hint.height()
            return QSize(width, height)
        return QSize(min(hint.width(), width), hint.height())
