"""One line for each layer over the run, on a logarithmic axis, coloured by depth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend
from designer.common.text import format_count, format_number
from designer.common.theme import Theme
from designer.plots.readout import ReadoutRow
from designer.plots.time_plot import TimePlot

Array = NDArray[Any]
POINTS = 200
"""Places along x for each line: with twenty lines more could not be told apart, and would cost."""
MOST_SMOOTH = 10
"""More lines than these have no smoothed edges: those take three times as long, and the plot is full anyway."""
LISTED = 8
FEW = 3
"""Up to so many observations are dots: a line needs more."""


class LayerLines(TimePlot):
    """Draws the lines; the one of the selected layer stands out. The key at the top runs from input to output."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, log=True, parent=parent)
        self._lines: list[pg.PlotCurveItem] = []
        self._dots = pg.ScatterPlotItem(size=5, pen=pg.mkPen(None))
        self.view.addItem(self._dots, ignoreBounds=True)
        self._names: tuple[str, ...] = ()
        self._ids: tuple[str, ...] = ()
        self._selected = ""
        self._step: Array = np.zeros(0)
        self._values: Array = np.zeros((0, 0))
        self.zones: tuple[tuple[float, float, str], ...] = ()
        self.guide: float | None = None
        self.foreground.append(self._draw_key)
        self.hovered.connect(self._on_hovered)

    def set_layers(self, ids: Sequence[str], names: Sequence[str], selected: str) -> None:
        """Show these layers, from input to output."""
        if tuple(ids) != self._ids:
            for line in self._lines:
                self.view.removeItem(line)
            smooth = len(ids) <= MOST_SMOOTH
            self._lines = [pg.PlotCurveItem(connect="finite", antialias=smooth) for _ in ids]
            for line in self._lines:
                self.view.addItem(line, ignoreBounds=True)
        if (tuple(ids), tuple(names), selected) != (self._ids, self._names, self._selected):
            self._ids, self._names, self._selected = tuple(ids), tuple(names), selected
            self.restyle()

    def set_values(self, step: Array, values: Array) -> None:
        """Show `values` (rows, layers), NaN for gaps, at sorted steps."""
        self._step, self._values = step, values
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.where(values > 0, np.log10(values), np.nan)
        if len(step) > POINTS:
            starts = np.unique(np.linspace(0, len(step), POINTS, endpoint=False).astype(int))
            counts = np.add.reduceat(np.isfinite(exponents), starts, axis=0)
            with np.errstate(invalid="ignore", divide="ignore"):
                exponents = np.add.reduceat(np.nan_to_num(exponents), starts, axis=0) / counts
            exponents[counts == 0] = np.nan
            step = step[np.append(starts[1:], len(step)) - 1]
        for index, line in enumerate(self._lines):
            line.setData(step, exponents[:, index])
        few = np.isfinite(exponents).any(axis=1).sum() <= FEW
        colors = [pg.mkBrush(self.color_of(index)) for index in range(exponents.shape[1])]
        self._dots.setData(
            x=np.repeat(step, exponents.shape[1]) if few else [],
            y=exponents.ravel() if few else [],
            brush=colors * len(step) if few else None,
        )
        self.viewport().update()

    def color_of(self, index: int) -> QColor:
        """Return the colour of a layer by its depth."""
        return depth_color(self._theme, index / max(len(self._ids) - 1, 1))

    def restyle(self) -> None:
        super().restyle()
        for index, line in enumerate(getattr(self, "_lines", ())):
            chosen = self._ids[index] == self._selected
            line.setPen(pg.mkPen(self.color_of(index), width=2.5 if chosen else 1.2))
            line.setZValue(10 if chosen else 0)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawBackground(painter, rect)
        painter.save()
        painter.resetTransform()
        place = self.place
        painter.setClipRect(place)
        for low, high, severity in self.zones:
            tint = self._theme.color(f"{severity}_fill")
            tint.setAlphaF(0.5)
            painter.fillRect(
                QRectF(QPointF(place.left(), self.y_of(high)), QPointF(place.right(), self.y_of(low))), tint
            )
        if self.guide is not None:
            pen = QPen(self._theme.color("healthy"), 1)
            pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            y = round(self.y_of(self.guide)) + 0.5
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
        painter.restore()

    def _draw_key(self, painter: QPainter) -> None:
        if not self._names:
            return
        metrics = QFontMetricsF(self.font())
        place, theme = self.place, self._theme
        first, last = self._names[0], self._names[-1]
        bar = 44.0
        width = metrics.horizontalAdvance(first) + metrics.horizontalAdvance(last) + bar + 20
        left, top = place.right() - width, place.top() + 1
        surface = theme.color("panel")
        surface.setAlphaF(0.85)
        painter.fillRect(QRectF(left - 4, top, width + 4, metrics.height() + 2), surface)
        painter.setFont(self.font())
        painter.setPen(theme.color("text_muted"))
        painter.drawText(QPointF(left, top + metrics.ascent()), first)
        left += metrics.horizontalAdvance(first) + 6
        ramp = QLinearGradient(left, 0, left + bar, 0)
        for place_in in (0.0, 0.5, 1.0):
            ramp.setColorAt(place_in, depth_color(theme, place_in))
        painter.fillRect(QRectF(left, top + metrics.height() / 2 - 2, bar, 4), ramp)
        painter.drawText(QPointF(left + bar + 6, top + metrics.ascent()), last)

    def _on_hovered(self, step: float) -> None:
        if not len(self._step):
            return
        index = int(np.argmin(np.abs(self._step - step)))
        values = self._values[index]
        order = [i for i in range(len(values)) if math.isfinite(values[i])]
        if len(order) > LISTED:  # the ends, the extremes and the selected tell most
            ranked = sorted(order, key=lambda i: values[i])
            wanted = {order[0], order[-1], *ranked[:2], *ranked[-2:]}
            wanted |= {i for i in order if self._ids[i] == self._selected}
            order = sorted(wanted)
        rows = [ReadoutRow(self._names[i], format_number(float(values[i])), self.color_of(i)) for i in order]
        at = float(self._step[index])
        self.show_cursor(at)
        place = QPoint(int(self.x_of(at)), int(self.place.center().y()))
        self.readout.show_at(place, f"step {format_count(int(at))}", rows)


def depth_color(theme: Theme, share: float) -> QColor:
    """Return the colour of a depth, 0 at the input to 1 at the output: from violet through pink to gold.

    None of them stands for a magnitude, for training or for validation.
    """
    stops = (theme.family("dense"), theme.family("recurrent"), theme.family("merge"))
    if share <= 0.5:
        return blend(stops[0], stops[1], share * 2)
    return blend(stops[1], stops[2], share * 2 - 1)
