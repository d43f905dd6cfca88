"""How weights are spread: now, as bars over the colour scale, or over the run, as ridges with the latest in front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend
from designer.common.text import format_count, format_number, format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow

Array = NDArray[Any]
SCALE_HEIGHT = 4.0
RIDGES = 28


class Histogram(NamedTuple):
    """Counts between edges, and the step at which they were taken."""

    step: int
    counts: Array
    edges: Array


class HistogramView(QWidget):
    """Draws histograms over values from -limit to limit; the colour scale lies along the axis."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history: tuple[Histogram, ...] = ()
        self._limit = self._color_limit = 1.0
        self.over_time = False
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.85)))
        self.setMouseTracking(True)

    def show_histograms(
        self, history: Sequence[Histogram], limit: float, color_limit: float, *, over_time: bool
    ) -> None:
        """Show the last of these, or all of them, from -limit to limit; colours end at -color_limit and color_limit."""
        self._history, self._limit, self.over_time = tuple(history), limit, over_time
        self._color_limit = min(color_limit, limit)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 110)

    @property
    def place(self) -> QRectF:
        """Where the bars are."""
        below = QFontMetricsF(self.font()).height() + SCALE_HEIGHT + 5
        return QRectF(1, 4, max(self.width() - 2.0, 1.0), max(self.height() - 4 - below, 1.0))

    def _x(self, value: float) -> float:
        place = self.place
        return place.left() + (value + self._limit) / (2 * self._limit) * place.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = self.place
        self._draw_scale(painter, place)
        if not self._history:
            return
        if self.over_time and len(self._history) > 1:
            self._draw_ridges(painter, place)
        else:
            self._draw_bars(painter, place, self._history[-1])

    def _draw_scale(self, painter: QPainter, place: QRectF) -> None:
        theme, metrics = self._theme, QFontMetricsF(self.font())
        ramp = QLinearGradient(place.left(), 0, place.right(), 0)
        reach = 0.5 * self._color_limit / self._limit
        for share, role in ((0.5 - reach, "negative"), (0.5, "zero"), (0.5 + reach, "positive")):
            ramp.setColorAt(share, theme.color(role))
        painter.fillRect(QRectF(place.left(), place.bottom() + 1, place.width(), SCALE_HEIGHT), ramp)
        painter.setFont(self.font())
        painter.setPen(theme.color("text_muted"))
        row = QRectF(place.left(), place.bottom() + SCALE_HEIGHT + 3, place.width(), metrics.height())
        limit = format_number(self._limit)
        painter.drawText(row, int(Qt.AlignmentFlag.AlignLeft), f"−{limit}")
        painter.drawText(row, int(Qt.AlignmentFlag.AlignHCenter), "0")
        painter.drawText(row, int(Qt.AlignmentFlag.AlignRight), limit)

    def _draw_bars(self, painter: QPainter, place: QRectF, histogram: Histogram) -> None:
        histogram = _suited(histogram)
        tallest = float(histogram.counts.max(initial=0))
        if tallest <= 0:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bars"))
        places = [self._x(float(edge)) for edge in histogram.edges]
        for count, left, right in zip(histogram.counts.tolist(), places[:-1], places[1:], strict=True):
            left, right = max(left, place.left()), min(right, place.right())
            if right <= left or count <= 0:
                continue
            height = max(count / tallest * place.height(), 1.0)
            gap = 1.0 if right - left > 3 else 0.0
            painter.drawRect(QRectF(left, place.bottom() - height, right - left - gap, height))

    def _draw_ridges(self, painter: QPainter, place: QRectF) -> None:
        """Older ones stand behind and higher; all have one scale, so that a change of shape is a change."""
        shown = _spread_over(self._history, RIDGES)
        ridge = place.height() * 0.42
        rise = (place.height() - ridge) / max(len(shown) - 1, 1)
        panel, bars = self._theme.color("panel"), self._theme.color("bars")
        front = self._theme.color("training")
        densities = [h.counts / max(h.counts.sum() * (h.edges[1] - h.edges[0]), 1e-30) for h in shown]
        tallest = max(float(density.max(initial=0)) for density in densities) or 1.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (histogram, density) in enumerate(zip(shown, densities, strict=True)):
            base = place.bottom() - (len(shown) - 1 - index) * rise
            middles = (histogram.edges[:-1] + histogram.edges[1:]) / 2
            xs = [self._x(float(m)) for m in middles]
            ys = (base - density / tallest * ridge).tolist()
            line = [QPointF(min(max(x, place.left()), place.right()), y) for x, y in zip(xs, ys, strict=True)]
            outline = QPolygonF([QPointF(line[0].x(), base), *line, QPointF(line[-1].x(), base)])
            newest = index == len(shown) - 1
            share = 0.25 + 0.75 * index / max(len(shown) - 1, 1)
            painter.setBrush(blend(panel, bars, share))
            painter.setPen(
                QPen(front if newest else blend(panel, front, 0.2 + 0.5 * share), 1.6 if newest else 0.8)
            )
            painter.drawPolygon(outline)
        painter.setFont(self.font())
        painter.setPen(self._theme.color("text_muted"))
        last = f"step {format_count(shown[-1].step)}"
        painter.drawText(QPointF(place.left() + 2, place.bottom() - 4), last)
        first = f"step {format_count(shown[0].step)}"
        painter.drawText(QPointF(place.left() + 2, place.top() + ridge - 6), first)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._history or not self.place.contains(event.position()):
            self.readout.hide()
            return
        histogram = _suited(self._history[-1])
        value = (
            event.position().x() - self.place.left()
        ) / self.place.width() * 2 * self._limit - self._limit
        index = int(np.searchsorted(histogram.edges, value) - 1)
        if not 0 <= index < len(histogram.counts):
            self.readout.hide()
            return
        count, total = int(histogram.counts[index]), max(int(histogram.counts.sum()), 1)
        low, high = (format_number(float(histogram.edges[i])) for i in (index, index + 1))
        rows = [
            ReadoutRow("weights", format_count(count)),
            ReadoutRow("share", format_percent(count / total)),
        ]
        parent = self.readout.parentWidget() or self
        at = event.position().toPoint()
        self.readout.show_at(
            QPoint(at if parent is self else self.mapTo(parent, at)), f"{low} to {high}", rows
        )

    def leaveEvent(self, event: QEvent) -> None:
        self.readout.hide()


def _suited(histogram: Histogram) -> Histogram:
    """Return a histogram whose bins suit its count, 2 n^(1/2) of them at most: with few weights bins stand joined."""
    total = float(histogram.counts.sum())
    together = math.ceil(len(histogram.counts) / max(2 * math.sqrt(total), 8.0))
    if together <= 1:
        return histogram
    starts = np.arange(0, len(histogram.counts), together)
    edges = np.append(histogram.edges[starts], histogram.edges[-1])
    return Histogram(histogram.step, np.add.reduceat(histogram.counts, starts), edges)


def _spread_over(history: Sequence[Histogram], count: int) -> list[Histogram]:
    if len(history) <= count:
        return list(history)
    places = np.linspace(0, len(history) - 1, count).round().astype(int)
    return [history[i] for i in places]
