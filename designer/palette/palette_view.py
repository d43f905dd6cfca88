"""The palette's list: drag, double-click or Enter puts a layer in; headings fold at a click."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from designer.common.theme import theme
from designer.palette.palette_delegate import PaletteDelegate
from designer.palette.palette_model import PaletteEntry, PaletteModel


class PaletteView(QListView):
    """Signals: entry_activated(PaletteEntry): it was double-clicked, or Enter was pressed on it."""

    entry_activated = Signal(object)

    def __init__(self, model: PaletteModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(PaletteDelegate(self))
        self.setAccessibleName("Palette")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(False)
        self.doubleClicked.connect(self._on_double_clicked)
        theme().changed.connect(self.viewport().update)

    def current_entry(self) -> PaletteEntry | None:
        """Return the entry of the current row."""
        return self._model.entry(self.currentIndex())

    def choose_first(self) -> None:
        """Make the first entry the current one."""
        self.setCurrentIndex(self._model.first_entry())

    def move_current(self, rows: int) -> None:
        """Make the entry so many rows on the current one, passing over headings."""
        step = 1 if rows > 0 else -1
        row = self.currentIndex().row()
        for _ in range(abs(rows)):
            other = row + step
            while 0 <= other < self._model.rowCount() and self._is_heading(other):
                other += step
            if not 0 <= other < self._model.rowCount():
                break
            row = other
        if row >= 0:
            self.setCurrentIndex(self._model.index(row, 0))

    def activate_current(self) -> None:
        """Report the current entry, or fold the current heading."""
        entry = self.current_entry()
        if entry is None:
            return
        if entry.kind == "heading":
            self._toggle(entry.name)
        else:
            self.entry_activated.emit(entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.current_entry()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate_current()
        elif (
            entry is not None
            and entry.kind == "heading"
            and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        ):
            if self._model.is_folded(entry.name) == (event.key() == Qt.Key.Key_Right):
                self._toggle(entry.name)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        entry = self._model.entry(self.indexAt(event.position().toPoint()))
        if entry is not None and entry.kind == "heading" and event.button() == Qt.MouseButton.LeftButton:
            self._toggle(entry.name)
        else:
            super().mousePressEvent(event)

    def startDrag(self, supported: Qt.DropAction) -> None:
        entry = self.current_entry()
        if entry is None or entry.kind != "layer":
            return
        drag = QDrag(self)
        drag.setMimeData(self._model.mimeData([self.currentIndex()]))
        drag.setPixmap(self.drag_picture(entry))
        drag.setHotSpot(QPoint(16, 14))
        drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)

    def drag_picture(self, entry: PaletteEntry) -> QPixmap:
        """Return the small card that follows the pointer."""
        ratio = self.devicePixelRatioF()
        width = max(96, self.fontMetrics().horizontalAdvance(entry.title) + 40)
        size = QSize(width, 32)
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        painter.setPen(QPen(theme().color("accent"), 1))
        painter.setBrush(theme().color("node"))
        painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, 31), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().family(entry.family))
        painter.drawRoundedRect(QRectF(8, 9, 3, 14), 1.5, 1.5)
        painter.setPen(theme().color("text"))
        painter.drawText(QRect(20, 0, width - 24, 32), Qt.AlignmentFlag.AlignVCenter, entry.title)
        painter.end()
        return picture

    def _is_heading(self, row: int) -> bool:
        entry = self._model.entry(self._model.index(row, 0))
        return entry is not None and entry.kind == "heading"

    def _toggle(self, heading: str) -> None:
        place = self.verticalScrollBar().value()
        self._model.toggle(heading)
        self.verticalScrollBar().setValue(place)
        for row in range(self._model.rowCount()):
            entry = self._model.entry(self._model.index(row, 0))
            if entry is not None and entry.kind == "heading" and entry.name == heading:
                self.setCurrentIndex(self._model.index(row, 0))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        entry = self._model.entry(index)
        if entry is not None and entry.kind != "heading":
            self.entry_activated.emit(entry)
