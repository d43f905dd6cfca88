"""The curve of an activation and its derivative, computed by the training's own kernels, over what arrives at it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import format_number, scaled, tabular
from designer.common.theme import theme
from engine.activations.base import Activation

REACH = 4.0
POINTS = 241
Array = NDArray[Any]


class ActivationPlot(QWidget):
    """Draws f, its derivative, and a histogram of the inputs where one is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(124)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("activation curve")
        self._activation: Activation | None = None
        self._counts: Array | None = None
        self._edges: Array | None = None
        self._note, self._note_role = "", "warning_text"
        self._hover: float | None = None
        self._x = self._y = self._slope = np.zeros(0)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 132)

    def show_activation(self, activation: Activation) -> None:
        """Show this activation; a histogram stays until it is taken away."""
        if activation != self._activation:
            self._activation = activation
            self._compute()

    def show_histogram(
        self, counts: Array | None, edges: Array | None, note: str = "", role: str = "warning_text"
    ) -> None:
        """Show how the inputs are spread, (bins,) counts between (bins + 1,) edges, and a note in the corner."""
        self._counts, self._edges, self._note, self._note_role = counts, edges, note, role
        self._compute()

    @property
    def note(self) -> str:
        """The note in the corner."""
        return self._note

    def _compute(self) -> None:
        reach = REACH
        if self._edges is not None and self._counts is not None and self._counts.sum() > 0:
            # The central 98 % of the inputs, in doublings, so that the axis holds still while it trains.
            share = np.cumsum(self._counts) / self._counts.sum()
            low = self._edges[int(np.searchsorted(share, 0.01))]
            high = self._edges[min(int(np.searchsorted(share, 0.99)) + 1, len(self._edges) - 1)]
            furthest = max(abs(float(low)), abs(float(high)))
            if math.isfinite(furthest):
                while reach < furthest and reach < 1e6:
                    reach *= 2
        if self._activation is not None and self._activation.ELEMENTWISE:
            x = np.linspace(-reach, reach, POINTS)
            with np.errstate(all="ignore"):
                self._y, self._slope = self._activation.value(x), self._activation.derivative(x)
            self._x = x
        else:
            self._x = self._y = self._slope = np.zeros(0)
        self.update()

    def _frame(self) -> QRectF:
        return QRectF(10, 28, self.width() - 20, self.height() - 46)

    def _range(self) -> tuple[float, float]:
        finite = self._y[np.isfinite(self._y)]
        slopes = self._slope[np.isfinite(self._slope)]
        low, high = min(finite.min(), slopes.min(), 0.0), max(finite.max(), slopes.max(), 1.0)
        return float(low), float(high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        painter.setPen(QPen(colors.color("border"), 1))
        painter.setBrush(colors.color("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if self._activation is None:
            return
        painter.setFont(scaled(self.font(), 0.88))
        if not len(self._x):
            self._paint_joint(painter)
            return
        self._paint_histogram(painter)
        self._paint_curves(painter)
        self._paint_legend(painter)

    def _paint_curves(self, painter: QPainter) -> None:
        colors, frame = theme(), self._frame()
        low, high = self._range()
        reach = float(self._x[-1])
        painter.setPen(QPen(colors.color("border"), 1))
        zero = frame.bottom() - (0 - low) / (high - low) * frame.height()
        painter.drawLine(QPointF(frame.left(), zero), QPointF(frame.right(), zero))
        middle = frame.center().x()
        painter.drawLine(QPointF(middle, frame.top()), QPointF(middle, frame.bottom()))
        for values, role, width in ((self._slope, "validation", 1.3), (self._y, "text", 1.8)):
            points = QPolygonF()
            for x, value in zip(self._x, values, strict=True):
                if math.isfinite(value):
                    px = frame.left() + (x + reach) / (2 * reach) * frame.width()
                    points.append(QPointF(px, frame.bottom() - (value - low) / (high - low) * frame.height()))
            painter.setPen(QPen(colors.color(role), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(points)
        painter.setPen(colors.color("text_muted"))
        painter.setFont(tabular(scaled(self.font(), 0.82)))
        below = QRectF(frame.left(), frame.bottom() + 2, frame.width(), 14)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, format_number(-reach))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, format_number(reach))
        if self._hover is not None:
            self._paint_hover(painter, frame, reach, low, high)

    def _paint_hover(self, painter: QPainter, frame: QRectF, reach: float, low: float, high: float) -> None:
        colors = theme()
        index = round((self._hover or 0.0) * (POINTS - 1))
        px = frame.left() + index / (POINTS - 1) * frame.width()
        painter.setPen(QPen(colors.color("text_muted"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(px, frame.top()), QPointF(px, frame.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        for values, role in ((self._slope, "validation"), (self._y, "text")):
            if math.isfinite(values[index]):
                painter.setBrush(colors.color(role))
                y = frame.bottom() - (values[index] - low) / (high - low) * frame.height()
                painter.drawEllipse(QPointF(px, y), 2.5, 2.5)

    def _paint_histogram(self, painter: QPainter) -> None:
        counts, edges = self._counts, self._edges
        if counts is None or edges is None or not len(counts) or counts.max() <= 0:
            return
        frame, reach = self._frame(), float(self._x[-1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("bars"))
        scale = frame.height() * 0.85 / float(counts.max())
        places = frame.left() + (edges + reach) / (2 * reach) * frame.width()
        for count, left, right in zip(counts, places[:-1], places[1:], strict=True):
            left, right = max(float(left), frame.left()), min(float(right), frame.right())
            if right > left and count > 0:
                height = float(count) * scale
                painter.drawRect(
                    QRectF(left + 0.5, frame.bottom() - height, max(right - left - 1, 0.5), height)
                )

    def _paint_legend(self, painter: QPainter) -> None:
        colors = theme()
        assert self._activation is not None
        strip = QRectF(10, 6, self.width() - 20, 18)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(tabular(scaled(self.font(), 0.88)))
        metrics = painter.fontMetrics()
        if self._hover is not None:
            index = round(self._hover * (POINTS - 1))
            parts = [
                (
                    f"f({format_number(float(self._x[index]))}) = {format_number(float(self._y[index]))}",
                    "text",
                ),
                (f"f′ = {format_number(float(self._slope[index]))}", "validation_text"),
            ]
        else:
            parts = [(self._activation.NAME, "text"), ("derivative", "validation_text")]
        x = strip.left()
        for text, role in parts:
            painter.setPen(colors.color(role))
            painter.drawText(QRectF(x, strip.top(), strip.width(), strip.height()), left, text)
            x += metrics.horizontalAdvance(text) + 12
        room = strip.right() - x
        if self._note and metrics.horizontalAdvance(self._note) <= room:
            painter.setPen(colors.color(self._note_role))
            painter.drawText(strip, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._note)

    def _paint_joint(self, painter: QPainter) -> None:
        """An activation over all units at once has no curve: show what it does to five values."""
        colors = theme()
        assert self._activation is not None
        inputs = np.array([[-1.0, 0.5, 2.0, 0.0, 1.0]])
        shares = self._activation.value(inputs)[0]
        painter.setPen(colors.color("text"))
        painter.drawText(
            QRectF(10, 6, self.width() - 20, 18), Qt.AlignmentFlag.AlignVCenter, self._activation.NAME
        )
        painter.setPen(colors.color("text_muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(10, 6, self.width() - 20, 18), right, "all units together")
        frame = self._frame()
        step = frame.width() / len(shares)
        tallest = max(float(shares.max()), 1e-9)
        painter.setFont(tabular(scaled(self.font(), 0.82)))
        for index, share in enumerate(shares):
            cell = QRectF(frame.left() + index * step, frame.top(), step, frame.height())
            height = (frame.height() - 16) * max(float(share), 0.0) / tallest
            bar = QPainterPath()
            bar.addRoundedRect(QRectF(cell.center().x() - 10, cell.bottom() - height, 20, height), 2, 2)
            painter.fillPath(bar, colors.color("bars"))
            painter.setPen(colors.color("text"))
            above = QRectF(cell.left(), cell.bottom() - height - 15, step, 14)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, format_number(float(share), 2))
            painter.setPen(colors.color("text_muted"))
            below = QRectF(cell.left(), frame.bottom() + 2, step, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, format_number(float(inputs[0, index])))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame = self._frame()
        share = (event.position().x() - frame.left()) / max(frame.width(), 1)
        self._hover = min(max(share, 0.0), 1.0)
        self.update()

    def leaveEvent(self, event: QEnterEvent) -> None:  # type: ignore[override]  # Qt hands a plain QEvent
        self._hover = None
        self.update()
