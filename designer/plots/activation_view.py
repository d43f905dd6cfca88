"""An activation's curve and slope, drawn by the training's own kernels, over what enters it in the run."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from designer.common.text import format_number, format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.axes import NumberScale, draw_x_labels, draw_y_axis
from designer.plots.readout import ReadoutLabel, ReadoutRow
from engine.activations.base import Activation

Array = NDArray[Any]
MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 36.0, 24.0, 2.0, 20.0
POINTS = 241
LEAST_REACH = 4.0


class Spread(NamedTuple):
    """How what enters the activation is spread: counts between edges."""

    counts: Array
    edges: Array


WHOLE = "It looks at all units at once, so that it has no curve. Train, and what enters it is drawn here."


class ActivationView(QWidget):
    """Draws f, f′, and the distribution of the inputs under them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._activation: Activation | None = None
        self._spread: Spread | None = None
        self._words: tuple[str, str] = ("", "")
        self._reach = LEAST_REACH
        self._x = self._y = self._slope = np.zeros(0)
        self._x_scale, self._y_scale = NumberScale(), NumberScale()
        self.readout = ReadoutLabel(theme, self)
        self.setFont(tabular(scaled(self.font(), 0.85)))
        self.setMouseTracking(True)

    @property
    def words(self) -> str:
        """What is said of the share that is saturated or dead."""
        return self._words[0]

    def show_activation(self, activation: Activation | None) -> None:
        """Show this activation; None for a layer without one."""
        if activation != self._activation:
            self._activation = activation
            self._reach = LEAST_REACH
            self._compute()

    def show_spread(self, spread: Spread | None, words: str = "", severity: str = "healthy") -> None:
        """Show how the inputs are spread, and what that means in words."""
        self._spread, self._words = spread, (words, severity)
        self.update()

    def set_range(self) -> None:
        """Take the reach of x from what is shown: it grows and shrinks by doublings, so that the axis holds still."""
        reach = LEAST_REACH
        if self._spread is not None and self._spread.counts.sum() > 0:
            share = np.cumsum(self._spread.counts) / self._spread.counts.sum()
            low = self._spread.edges[int(np.searchsorted(share, 0.005))]
            high = self._spread.edges[
                min(int(np.searchsorted(share, 0.995)) + 1, len(self._spread.edges) - 1)
            ]
            furthest = max(abs(float(low)), abs(float(high)))
            while math.isfinite(furthest) and reach < furthest and reach < 1e9:
                reach *= 2
        if reach != self._reach:
            self._reach = reach
            self._compute()

    def sizeHint(self) -> QSize:
        return QSize(320, 160)

    def _compute(self) -> None:
        self._x = np.linspace(-self._reach, self._reach, POINTS)
        self._y = self._slope = np.zeros(0)
        if self._activation is not None and self._activation.ELEMENTWISE:
            with np.errstate(all="ignore"):
                self._y = self._activation.value(self._x.copy())
                self._slope = self._activation.derivative(self._x.copy())
        self.update()

    # ------------------------------------------------------------------ drawing

    @property
    def place(self) -> QRectF:
        """Where the curves are."""
        left = MARGIN_LEFT if len(self._y) else 2.0
        return QRectF(
            left,
            MARGIN_TOP,
            max(self.width() - left - MARGIN_RIGHT, 1.0),
            max(self.height() - MARGIN_TOP - MARGIN_BOTTOM, 1.0),
        )

    @property
    def is_bare(self) -> bool:
        """Whether there is neither a curve nor anything that entered: words stand there instead."""
        counts = self._spread.counts if self._spread is not None else np.zeros(0)
        return self._activation is not None and not len(self._y) and not counts.any()

    def _range(self) -> tuple[float, float]:
        values = np.concatenate((self._y, self._slope, (0.0, 1.0)))
        values = values[np.isfinite(values)]
        low, high = float(values.min()), float(values.max())
        air = (high - low) * 0.05
        return low - air, high + air

    def _x_of(self, x: float) -> float:
        place = self.place
        return place.left() + (x + self._reach) / (2 * self._reach) * place.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place, theme = self.place, self._theme
        if self.is_bare:
            self._draw_words(painter, place)
            painter.setFont(self.font())
            painter.setPen(theme.color("text_muted"))
            centred = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(place.adjusted(8, 0, -8, 0), centred, WHOLE)
            return
        if len(self._y):
            low, high = self._range()
            draw_y_axis(painter, place, self._y_scale, low, high, theme, self.font())
        self._draw_spread(painter, place)
        places, labels = self._x_scale.ticks(-self._reach, self._reach, 5)
        draw_x_labels(painter, place, places, labels, self._x_of, theme, self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._y):
            painter.save()
            painter.setClipRect(place)
            self._draw_curve(painter, place, self._slope, "validation", 1.5)
            self._draw_curve(painter, place, self._y, "text", 2.0)
            painter.restore()
        self._draw_words(painter, place)

    def _draw_spread(self, painter: QPainter, place: QRectF) -> None:
        if self._spread is None or not len(self._spread.counts) or self._spread.counts.max() <= 0:
            return
        counts, edges = self._spread
        tallest = place.height() * 0.8 / float(counts.max())
        places = [self._x_of(float(edge)) for edge in edges]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bars"))
        for count, left, right in zip(counts, places[:-1], places[1:], strict=True):
            left, right = max(left, place.left()), min(right, place.right())
            if right > left and count > 0:
                height = max(float(count) * tallest, 1.0)
                gap = 1.0 if right - left > 3 else 0.0
                painter.drawRect(QRectF(left, place.bottom() - height, right - left - gap, height))

    def _draw_curve(self, painter: QPainter, place: QRectF, values: Array, role: str, width: float) -> None:
        low, high = self._range()
        good = np.isfinite(values)
        xs = place.left() + (self._x[good] + self._reach) / (2 * self._reach) * place.width()
        ys = place.bottom() - (values[good] - low) / (high - low) * place.height()
        line = QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
        pen = QPen(self._theme.color(role), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)

    def _draw_words(self, painter: QPainter, place: QRectF) -> None:
        theme = self._theme
        font = scaled(self.font(), 1.06, bold=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        left = 2.0
        name = self._activation.NAME if self._activation is not None else "no activation"
        parts = [(name, "text")]
        if len(self._slope):
            parts.append(("derivative", "validation_text"))
        for text, role in parts:
            painter.setPen(theme.color(role))
            painter.drawText(QPointF(left, metrics.ascent() + 2), text)
            left += metrics.horizontalAdvance(text) + 12
        words, severity = self._words
        room = self.width() - left
        if words:
            painter.setPen(theme.color(f"{severity}_text"))
            text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            place_of = QRectF(left, 2, room - 2, metrics.height())
            painter.drawText(place_of, int(Qt.AlignmentFlag.AlignRight), text)

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place
        x = (event.position().x() - place.left()) / place.width() * 2 * self._reach - self._reach
        if not place.contains(event.position()):
            self.readout.hide()
            return
        rows = []
        if len(self._y):
            index = int(np.clip(round((x + self._reach) / (2 * self._reach) * (POINTS - 1)), 0, POINTS - 1))
            rows.append(
                ReadoutRow("f(x)", format_number(float(self._y[index])), self._theme.color("text_muted"))
            )
            slope = format_number(float(self._slope[index]))
            rows.append(ReadoutRow("f′(x)", slope, self._theme.color("validation")))
        if self._spread is not None and self._spread.counts.sum() > 0:
            counts, edges = self._spread
            below = float(np.interp(x, edges, np.concatenate(([0.0], np.cumsum(counts)))) / counts.sum())
            rows.append(ReadoutRow("inputs below x", format_percent(below), self._theme.color("bars")))
        at = QPoint(int(event.position().x()), int(event.position().y()))
        self.readout.show_at(at, f"x = {format_number(x)}", rows)

    def leaveEvent(self, event: QEvent) -> None:
        self.readout.hide()
