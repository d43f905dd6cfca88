"""Which step of a sequence looks at which: the weights of an attention layer, for one sample and one head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend
from designer.common.text import format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow

Array = NDArray[Any]
LARGEST_CELL = 44.0
NAME_MOST = 72.0
SHADES = 256
SIGNS = {" ": "·", "\n": "↵", "\t": "⇥", "<start>": "▸", "<end>": "■"}
"""What stands for characters that would not be seen, and for the ends of a text."""


class AttentionMap(NamedTuple):
    """Weights (queries, keys) and the names of the steps on both sides; a name is "" where a step is padding."""

    weights: Array
    queries: tuple[str, ...]
    keys: tuple[str, ...]


def map_of(value: Mapping[str, Any], sample: int, head: int) -> AttentionMap:
    """Return one map of what a `Predictor` of kind "attention" computed: head 0 is the mean, where there are several.

    Padding at the end of the sequences is left out.
    """
    about, heads = value["about"], value["weights"][sample]
    weights = heads.mean(axis=0) if len(heads) > 1 and head == 0 else heads[max(head - 1, 0)]
    queries, keys = (_cut(about[side][sample]) for side in ("queries", "keys"))
    return AttentionMap(weights[: len(queries), : len(keys)], queries, keys)


def _cut(names: list[str]) -> tuple[str, ...]:
    last = max((place for place, name in enumerate(names) if name), default=len(names) - 1)
    return tuple(SIGNS.get(name, name) for name in names[: last + 1])


class AttentionView(QWidget):
    """Rows are the steps that look, columns the steps that are looked at; the bluer, the larger the weight.

    The wheel, the arrow keys and the arrows in the corner go from sample to sample.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._value: Mapping[str, Any] | None = None
        self._sample = self._head = 0
        self._map = AttentionMap(np.zeros((0, 0)), (), ())
        self._hovered: tuple[int, int] | None = None
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Attention map")

    @property
    def shown(self) -> AttentionMap:
        """What is drawn."""
        return self._map

    @property
    def sample(self) -> int:
        """The place of the sample that is shown."""
        return self._sample

    @property
    def largest(self) -> float:
        """The largest weight that is shown, where the colours end."""
        return max(float(np.nan_to_num(self._map.weights).max(initial=0.0)), 1e-9)

    def show_value(self, value: Mapping[str, Any], head: int) -> None:
        """Show what a `Predictor` of kind "attention" computed."""
        self._value, self._head = value, head
        self.show_sample(self._sample)

    def show_sample(self, sample: int) -> None:
        """Show another sample."""
        if self._value is None:
            return
        self._sample = min(max(sample, 0), self._count - 1)
        self._map = map_of(self._value, self._sample, self._head)
        if self._hovered is not None and not self._map.weights[self._hovered[0] :, self._hovered[1] :].size:
            self._hovered = None
            self.readout.hide()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 260)

    @property
    def _count(self) -> int:
        return 0 if self._value is None else len(self._value["weights"])

    # ------------------------------------------------------------------ layout

    @property
    def place(self) -> QRectF:
        """Where the cells are."""
        metrics, (rows, columns) = QFontMetricsF(self.font()), self._map.weights.shape
        line = metrics.height()
        left = line + 6 + self._widest(self._map.queries, metrics) + 6
        upper = line if not self._is_upright(metrics) else self._widest(self._map.keys, metrics)
        top = 2 * line + 8 + upper + 4
        cell = min((self.width() - left - 2) / max(columns, 1), (self.height() - top - 2) / max(rows, 1))
        cell = max(min(cell, LARGEST_CELL), 0.5)
        cell = float(int(cell)) if cell >= 3 else cell
        spare = max(self.width() - left - cell * columns, 0.0)
        return QRectF(round(left + spare / 2), round(top), cell * columns, cell * rows)

    def _widest(self, names: tuple[str, ...], metrics: QFontMetricsF) -> float:
        return min(max((metrics.horizontalAdvance(name) for name in names), default=0.0), NAME_MOST)

    def _is_upright(self, metrics: QFontMetricsF) -> bool:
        """Whether the names above the columns are too wide for them, and stand."""
        columns, widest = max(len(self._map.keys), 1), self._widest(self._map.keys, metrics)
        return widest > 1.5 * metrics.height() and widest + 2 > min(
            self.width() * 0.8 / columns, LARGEST_CELL
        )

    def _arrows(self) -> tuple[QRectF, QRectF]:
        """Return where a click goes to the sample before, and to the next."""
        height = QFontMetricsF(self.font()).height()
        return QRectF(0, 0, 20, height + 4), QRectF(self._counter_width() + 20, 0, 20, height + 4)

    def _counter_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(f"sample {self._count} of {self._count}")

    # ------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._map.weights.size:
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        place = self.place
        self._draw_heading(painter)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, self._image())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._draw_names(painter, place)
        self._draw_hovered_names(painter, place)
        if self._hovered is not None:
            rows, columns = self._map.weights.shape
            across, down = place.width() / columns, place.height() / rows
            row, column = self._hovered
            cell = QRectF(
                place.left() + column * across, place.top() + row * down, max(across, 3), max(down, 3)
            )
            painter.setPen(QPen(self._theme.color("text"), 1))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def _image(self) -> QImage:
        # The root lifts weights that are shared among many steps above the surface.
        shares = np.sqrt(np.clip(np.nan_to_num(self._map.weights) / self.largest, 0, 1))
        index = (shares * (SHADES - 1) + 0.5).astype(np.uint8)
        rows, columns = index.shape
        padded = np.zeros((rows, -(-columns // 4) * 4), np.uint8)
        padded[:, :columns] = index
        image = QImage(padded.tobytes(), columns, rows, padded.shape[1], QImage.Format.Format_Indexed8)
        low, high = self._theme.color("hover"), self._theme.color("negative")
        image.setColorTable([blend(low, high, shade / (SHADES - 1)).rgb() for shade in range(SHADES)])
        return image.copy()

    def _draw_heading(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font())
        before, after = self._arrows()
        middle = int(Qt.AlignmentFlag.AlignCenter)
        for area, sign, active in (
            (before, "‹", self._sample > 0),
            (after, "›", self._sample < self._count - 1),
        ):
            painter.setPen(self._theme.color("text" if active else "border"))
            painter.drawText(area, middle, sign)
        painter.setPen(self._theme.color("text_muted"))
        counter = QRectF(before.right(), 0, after.left() - before.right(), before.height())
        painter.drawText(counter, middle, f"sample {self._sample + 1} of {self._count}")
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRoundedRect(before.united(after).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if any(len(name) > 1 for name in (*self._map.queries, *self._map.keys)):
            return
        painter.setPen(self._theme.color("text"))
        left = after.right() + 8
        text = metrics.elidedText("".join(self._map.keys), Qt.TextElideMode.ElideRight, self.width() - left)
        painter.drawText(QPointF(left, metrics.ascent() + 2), text)

    def _draw_names(self, painter: QPainter, place: QRectF) -> None:
        metrics, (rows, columns) = QFontMetricsF(self.font()), self._map.weights.shape
        across, down = place.width() / columns, place.height() / rows
        upright = self._is_upright(metrics)
        painter.setPen(self._theme.color("text"))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        room = self._widest(self._map.queries, metrics)
        for index in range(0, rows, max(1, -int(-(metrics.height() - 3) // down))):
            text = metrics.elidedText(self._map.queries[index], Qt.TextElideMode.ElideRight, room + 1)
            middle = place.top() + (index + 0.5) * down
            painter.drawText(QRectF(place.left() - 6 - room, middle - 10, room, 20), right, text)
        room = self._widest(self._map.keys, metrics)
        for index in range(0, columns, max(1, -int(-(metrics.height() - 3 if upright else room) // across))):
            text = metrics.elidedText(self._map.keys[index], Qt.TextElideMode.ElideRight, room + 1)
            at = place.left() + (index + 0.5) * across
            if upright:
                painter.save()
                painter.translate(at, place.top() - 4)
                painter.rotate(-90)
                painter.drawText(QPointF(0, metrics.ascent() / 2 - 1), text)
                painter.restore()
            else:
                line = QRectF(at - 30, place.top() - metrics.height() - 3, 60, metrics.height())
                painter.drawText(line, int(Qt.AlignmentFlag.AlignHCenter), text)
        self._draw_sides(painter, place, metrics, upright=upright)

    def _draw_hovered_names(self, painter: QPainter, place: QRectF) -> None:
        """Name the row and the column under the pointer, also where there is no room for every name."""
        if self._hovered is None:
            return
        metrics, (rows, columns) = QFontMetricsF(self.font()), self._map.weights.shape
        row, column = self._hovered
        height, theme = metrics.height(), self._theme
        query, key = self._map.queries[row], self._map.keys[column]
        room = self._widest(self._map.queries, metrics)
        middle = place.top() + (row + 0.5) * place.height() / rows
        side = QRectF(place.left() - 6 - room, middle - height / 2, room + 4, height)
        at = place.left() + (column + 0.5) * place.width() / columns
        width = min(metrics.horizontalAdvance(key) + 6, NAME_MOST + 6)
        above = QRectF(at - width / 2, place.top() - height - 3, width, height)
        for area, name in ((side, query), (above, key)):
            painter.fillRect(area, theme.color("panel"))
            painter.setPen(theme.color("training_text"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), name)

    def _draw_sides(self, painter: QPainter, place: QRectF, metrics: QFontMetricsF, *, upright: bool) -> None:
        """Say what rows and columns are."""
        painter.setPen(self._theme.color("text_muted"))
        height = metrics.height()
        upper = self._widest(self._map.keys, metrics) if upright else height
        line = QRectF(place.center().x() - 100, place.top() - upper - 4 - height, 200, height)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignHCenter), "looked at")
        painter.save()
        painter.translate(
            place.left() - self._widest(self._map.queries, metrics) - height - 10, place.center().y()
        )
        painter.rotate(-90)
        painter.drawText(QRectF(-60, 0, 120, height), int(Qt.AlignmentFlag.AlignHCenter), "looking")
        painter.restore()

    # ------------------------------------------------------------------ mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, place = event.position(), self.place
        self._hovered = None
        rows, columns = self._map.weights.shape
        if rows and columns and place.contains(at):
            row = min(int((at.y() - place.top()) / place.height() * rows), rows - 1)
            self._hovered = row, min(int((at.x() - place.left()) / place.width() * columns), columns - 1)
        over = any(area.contains(at) for area in self._arrows())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        self.update()
        if self._hovered is None:
            self.readout.hide()
            return
        parent, point = self.readout.parentWidget() or self, at.toPoint()
        self.readout.show_at(
            point if parent is self else self.mapTo(parent, point), *self._describe(*self._hovered)
        )

    def _describe(self, row: int, column: int) -> tuple[str, list[ReadoutRow]]:
        weight = float(self._map.weights[row, column])
        query, key = (
            f"step {step + 1}" if name in ("", str(step + 1)) else f"{name} (step {step + 1})"
            for name, step in ((self._map.queries[row], row), (self._map.keys[column], column))
        )
        share = ReadoutRow("of its attention", format_percent(weight), self._theme.color("negative"))
        even = ReadoutRow("an even share", format_percent(1 / len(self._map.keys), 2))
        return f"{query} looks at {key}", [share, even]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for by, area in zip((-1, 1), self._arrows(), strict=True):
            if event.button() == Qt.MouseButton.LeftButton and area.contains(event.position()):
                self.show_sample(self._sample + by)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.show_sample(self._sample + (1 if event.angleDelta().y() < 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.show_sample(self._sample + by)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        self.readout.hide()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()
