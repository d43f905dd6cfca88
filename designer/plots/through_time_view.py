"""How much gradient reaches the state after each step of a sequence: a curve for each recurrent layer, logarithmic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.common.text import format_number, scaled
from designer.common.theme import Theme
from designer.plots.axes import NumberScale, draw_x_labels, draw_y_axis
from designer.plots.decade_view import DecadeView
from designer.plots.layer_lines import depth_color
from designer.plots.readout import ReadoutRow

MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT = 44.0, 8.0, 8.0
FEW = 24
"""Up to so many steps are dots on the line as well."""


class StepCurve(NamedTuple):
    """The gradient of a layer at each of its `steps` (from 0); `backwards` where the last step is read first.

    `share` is the layer's depth among those that are drawn, 0 to 1. `notice` says what is the matter, in words.
    """

    node_id: str
    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    share: float = 0.5
    backwards: bool = False
    notice: str = ""


class ThroughTimeView(DecadeView):
    """Draws the curves; that of the selected layer is the thickest, one that runs backwards is dashed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._curves: tuple[StepCurve, ...] = ()
        self._y_scale, self._x_scale = NumberScale(log=True), NumberScale(whole=True)
        self._x_scale.unit_name = "steps"
        self._hovered: int | None = None
        self.setAccessibleName("The gradient at each step of the sequence")

    @property
    def curves(self) -> tuple[StepCurve, ...]:
        """What is shown."""
        return self._curves

    def set_curves(self, curves: Sequence[StepCurve], selected: str = "") -> None:
        """Show these."""
        self._curves, self._selected = tuple(curves), selected
        self.update()

    def color_of(self, curve: StepCurve) -> QColor:
        """Return the colour of a curve: by depth where several layers are drawn."""
        alone = len({other.node_id for other in self._curves}) == 1
        return self._theme.family("recurrent") if alone else depth_color(self._theme, curve.share)

    # ------------------------------------------------------------------ drawing

    @property
    def _length(self) -> int:
        return max((curve.steps[-1] for curve in self._curves if curve.steps), default=0)

    def _place(self) -> QRectF:
        metrics = QFontMetricsF(self.font())
        noticed = any(curve.notice for curve in self._curves)
        top = MARGIN_TOP + (metrics.height() + 10 if noticed else 0.0)
        bottom = metrics.height() + 8
        width = max(self.width() - MARGIN_LEFT - MARGIN_RIGHT, 1.0)
        return QRectF(MARGIN_LEFT, top, width, max(self.height() - top - bottom, 1.0))

    def _point(self, place: QRectF, step: float, value: float) -> QPointF:
        low, high = self._range
        exponent = math.log10(value) if value > 0 else low
        share = min(max((exponent - low) / (high - low), 0.0), 1.0)
        x = place.left() + step / max(self._length, 1) * place.width()
        return QPointF(x, place.bottom() - share * place.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = self._place()
        draw_y_axis(painter, place, self._y_scale, *self._range, self._theme, self.font())
        self._draw_steps(painter, place)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in sorted(self._curves, key=lambda curve: curve.node_id == self._selected):
            self._draw_curve(painter, place, curve)
        self._draw_cursor(painter, place)
        self._draw_notice(painter)

    def _draw_steps(self, painter: QPainter, place: QRectF) -> None:
        last = self._length + 1
        if last < 2:
            return
        places, labels = self._x_scale.ticks(1, last, max(2, int(place.width() / 64)))
        wanted = [(p, label) for p, label in zip(places, labels, strict=True) if 1 <= p <= last]
        if not any(p == 1 for p, _ in wanted):
            wanted.insert(0, (1.0, "1"))
        draw_x_labels(
            painter,
            place,
            [p for p, _ in wanted],
            [label for _, label in wanted],
            lambda step: self._point(place, step - 1, 1.0).x(),
            self._theme,
            self.font(),
        )

    def _draw_curve(self, painter: QPainter, place: QRectF, curve: StepCurve) -> None:
        color = self.color_of(curve)
        chosen = curve.node_id == self._selected or len(self._curves) == 1
        pen = QPen(color, 2.2 if chosen else 1.3)
        if curve.backwards:
            pen.setStyle(Qt.PenStyle.DashLine)
        path, open_path = QPainterPath(), False
        dots = []
        for step, value in zip(curve.steps, curve.values, strict=True):
            if not math.isfinite(value):
                open_path = False
                continue
            point = self._point(place, step, value)
            (path.lineTo if open_path else path.moveTo)(point)
            open_path = True
            dots.append(point)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if len(dots) <= FEW:
            painter.setPen(QPen(self._theme.color("panel"), 1))
            painter.setBrush(color)
            for point in dots:
                painter.drawEllipse(point, 2.6, 2.6)

    def _draw_cursor(self, painter: QPainter, place: QRectF) -> None:
        if self._hovered is None or self._hovered > self._length:
            return
        x = round(self._point(place, self._hovered, 1.0).x()) + 0.5
        painter.setPen(QPen(self._theme.color("text_muted"), 1))
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))

    def _draw_notice(self, painter: QPainter) -> None:
        told = next((c for c in self._curves if c.notice and c.node_id == self._selected), None)
        told = told or next((c for c in self._curves if c.notice), None)
        if told is None:
            return
        font = scaled(self.font(), 1.0, bold=True)
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(told.notice, Qt.TextElideMode.ElideRight, self.width() - 20)
        patch = QRectF(MARGIN_LEFT, 2, metrics.horizontalAdvance(text) + 14, metrics.height() + 3)
        patch.moveRight(min(patch.right(), self.width() - 2.0))
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("warning_fill"))
        painter.drawRoundedRect(patch, patch.height() / 2, patch.height() / 2)
        painter.setPen(self._theme.color("warning_text"))
        painter.drawText(patch, int(Qt.AlignmentFlag.AlignCenter), text)

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, x = self._place(), event.position().x()
        if not self._curves or not place.left() - 8 <= x <= place.right() + 8:
            self._leave()
            return
        wanted = (x - place.left()) / place.width() * self._length
        steps = self._curves[0].steps
        self._hovered = min(steps, key=lambda step: abs(step - wanted))
        rows = []
        for curve in self._curves:
            if self._hovered in curve.steps:
                value = curve.values[curve.steps.index(self._hovered)]
                name = f"{curve.name}, backward" if curve.backwards else curve.name
                rows.append(ReadoutRow(name, format_number(value), self.color_of(curve)))
        at = QPoint(int(x), int(event.position().y()))
        self.readout.show_at(at, f"step {self._hovered + 1} of {self._length + 1}", rows)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()

    def _leave(self) -> None:
        self.readout.hide()
        if self._hovered is not None:
            self._hovered = None
            self.update()
