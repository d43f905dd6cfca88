"""Which class is taken for which: counts in a matrix, and for each true class how much of it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend, luminance
from designer.common.text import format_count, format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow

Array = NDArray[Any]
LARGEST_CELL = 92.0
NAME_MOST = 84.0
RECALL = 54.0
GAP = 1.0


class ConfusionMatrixView(QWidget):
    """Rows are true classes, columns answers. Blue is right, orange wrong, the stronger the larger the row's share."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: Array = np.zeros((0, 0), np.int64)
        self._shares: Array = np.zeros((0, 0))
        self._names: tuple[str, ...] = ()
        self._hovered: tuple[int, int] | None = None
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.setMouseTracking(True)

    def show_value(self, value: Mapping[str, Any]) -> None:
        """Show what a `Predictor` of kind "confusion" computed."""
        self.show_counts(value["matrix"], value["about"]["rows"])

    def show_counts(self, counts: Array, names: Sequence[str]) -> None:
        """Show counts (true, answered) of classes by name."""
        self._counts, self._names = counts, tuple(names)
        self._shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self.update()
        if self._hovered is not None and max(self._hovered) >= len(counts):
            self._hovered = None

    @property
    def accuracy(self) -> float:
        """The share of all samples that is right; NaN without samples."""
        total = int(self._counts.sum())
        return float(np.trace(self._counts) / total) if total else float("nan")

    @property
    def place(self) -> QRectF:
        """Where the cells are."""
        return self._layout()[0]

    def sizeHint(self) -> QSize:
        return QSize(300, 240)

    # ------------------------------------------------------------------ layout

    def _layout(self) -> tuple[QRectF, float, bool]:
        """Return where the cells are, the height of the line of names above them, and whether those stand upright."""
        metrics, count = QFontMetricsF(self.font()), max(len(self._counts), 1)
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        names = min(widest, NAME_MOST, self.width() * 0.28)
        left, right = metrics.height() + names + 10, RECALL
        cell = min((self.width() - left - right) / count, LARGEST_CELL * 1.6)
        upright = widest + 6 > cell
        head = min(names, 56.0) if upright else metrics.height()
        top = metrics.height() + head + 8
        down = min((self.height() - top - 2) / count, LARGEST_CELL)
        cell, down = max(min(cell, 3 * down), 1.0), max(down, 1.0)
        if cell * count > 4 and cell > 3:
            cell = float(int(cell))
        down = float(int(down)) if down > 3 else down
        width, height = cell * count, down * count
        spare = max(self.width() - left - right - width, 0.0)
        return QRectF(round(left + spare / 2), round(top), width, height), head, upright

    # ------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        count = len(self._counts)
        if not count:
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        place, head, upright = self._layout()
        self._draw_cells(painter, place)
        self._draw_names(painter, place, head, upright=upright)
        self._draw_recall(painter, place)
        if self._hovered is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("text"), 1))
            painter.drawRect(self._cell(place, *self._hovered).adjusted(0, 0, -1, -1))

    def _cell(self, place: QRectF, row: int, column: int) -> QRectF:
        count = len(self._counts)
        across, down = place.width() / count, place.height() / count
        gap = GAP if min(across, down) >= 6 else 0.0
        return QRectF(place.left() + column * across, place.top() + row * down, across - gap, down - gap)

    def _ink(self, row: int, column: int) -> QColor:
        theme, share = self._theme, float(self._shares[row, column])
        role = "negative" if row == column else "positive"
        # The root lifts the rare mistakes above the surface, beside the many that are right.
        return blend(theme.color("hover"), theme.color(role), 0.9 * share**0.5)

    def _draw_cells(self, painter: QPainter, place: QRectF) -> None:
        count, metrics = len(self._counts), QFontMetricsF(self.font())
        cell = self._cell(place, 0, 0)
        widest = metrics.horizontalAdvance(str(int(self._counts.max(initial=0))))
        written = cell.height() >= metrics.height() - 3 and cell.width() >= widest
        shared = cell.height() >= 2.1 * metrics.height() and cell.width() >= metrics.horizontalAdvance(
            "99.9 %"
        )
        dark, light = QColor("#16181c"), QColor("#ffffff")
        middle = int(Qt.AlignmentFlag.AlignCenter)
        for row in range(count):
            for column in range(count):
                cell, ink = self._cell(place, row, column), self._ink(row, column)
                painter.fillRect(cell, ink)
                number = int(self._counts[row, column])
                if not number or not written:
                    continue
                painter.setPen(dark if luminance(ink) > 0.22 else light)
                if shared:
                    text = f"{format_count(number)}\n{format_percent(float(self._shares[row, column]))}"
                    painter.drawText(cell, middle, text)
                else:
                    painter.drawText(cell, middle, str(number))

    def _draw_names(self, painter: QPainter, place: QRectF, head: float, *, upright: bool) -> None:
        metrics, count = QFontMetricsF(self.font()), len(self._counts)
        across, down = place.width() / count, place.height() / count
        painter.setPen(self._theme.color("text_muted"))
        line = QRectF(place.left() - 20, 0, place.width() + 40, metrics.height())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignHCenter), "predicted")
        every = max(1, -int(-(metrics.height() - 2) // down))
        every_across = max(1, -int(-(metrics.height() - 2) // across)) if upright else 1
        room = place.left() - metrics.height() - 10
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for index, name in enumerate(self._names):
            painter.setPen(self._theme.color("text"))
            if index % every == 0:
                row = QRectF(place.left() - 6 - room, place.top() + index * down, room, down * every)
                row.setHeight(down if every == 1 else metrics.height())
                painter.drawText(row, right, metrics.elidedText(name, Qt.TextElideMode.ElideRight, room))
            if index % every_across:
                continue
            at = place.left() + (index + 0.5) * across
            if upright:
                painter.save()
                painter.translate(at, place.top() - 4)
                painter.rotate(-90)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, head)
                painter.drawText(QPointF(0, metrics.ascent() / 2 - 1), text)
                painter.restore()
            else:
                column = QRectF(at - across / 2, place.top() - metrics.height() - 3, across, metrics.height())
                painter.drawText(column, int(Qt.AlignmentFlag.AlignHCenter), name)
        painter.save()
        painter.setPen(self._theme.color("text_muted"))
        widest = min(max(metrics.horizontalAdvance(name) for name in self._names), room)
        painter.translate(place.left() - widest - metrics.height() - 10, place.center().y())
        painter.rotate(-90)
        side = QRectF(-60, 0, 120, metrics.height())
        painter.drawText(side, int(Qt.AlignmentFlag.AlignHCenter), "true")
        painter.restore()

    def _draw_recall(self, painter: QPainter, place: QRectF) -> None:
        """Beside each row the share of the class that is right."""
        metrics, count = QFontMetricsF(self.font()), len(self._counts)
        down = place.height() / count
        left = place.right() + 8
        painter.setPen(self._theme.color("text_muted"))
        head = QRectF(left, place.top() - metrics.height() - 3, RECALL - 8, metrics.height())
        painter.drawText(head, 0, "right")
        every = max(1, -int(-(metrics.height() - 2) // down))
        totals = self._counts.sum(axis=1)
        for row in range(0, count, every):
            line = QRectF(
                left, place.top() + row * down, RECALL - 8, down if every == 1 else metrics.height()
            )
            painter.setPen(self._theme.color("text" if totals[row] else "text_muted"))
            share = float(self._shares[row, row])
            text = format_percent(share) if totals[row] else "–"
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), text)

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, count, at = self.place, len(self._counts), event.position()
        self._hovered = None
        if count and place.contains(at):
            row = min(int((at.y() - place.top()) / place.height() * count), count - 1)
            self._hovered = row, min(int((at.x() - place.left()) / place.width() * count), count - 1)
        self.update()
        if self._hovered is None:
            self.readout.hide()
            return
        parent = self.readout.parentWidget() or self
        point = at.toPoint()
        self.readout.show_at(
            point if parent is self else self.mapTo(parent, point), *self._describe(*self._hovered)
        )

    def _describe(self, row: int, column: int) -> tuple[str, list[ReadoutRow]]:
        counts = self._counts
        number, total, answered = (
            int(counts[row, column]),
            int(counts[row].sum()),
            int(counts[:, column].sum()),
        )
        true, said = self._names[row], self._names[column]
        heading = f"{true}, recognized" if row == column else f"{true}, taken for {said}"
        rows = [ReadoutRow("samples", format_count(number))]
        if total:
            rows.append(ReadoutRow(f"of all that are {true}", format_percent(number / total)))
        if answered:
            rows.append(ReadoutRow(f"of all answers {said}", format_percent(number / answered)))
        return heading, rows

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        self.readout.hide()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()
