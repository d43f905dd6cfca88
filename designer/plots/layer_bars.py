"""A bar, or a dot, for each layer from input to output on a logarithmic scale, with its range over the last steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend
from designer.common.text import elided_middle, format_number, scaled
from designer.common.theme import Theme
from designer.plots.axes import NumberScale, draw_y_axis
from designer.plots.decade_view import DecadeView
from designer.plots.readout import ReadoutRow

MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT = 44.0, 8.0, 2.0
LONGEST_LABEL = 16


class Bar(NamedTuple):
    """A layer's value, its least and greatest over the last steps, and what is the matter with it, in words."""

    node_id: str
    name: str
    value: float
    low: float
    high: float
    notice: str = ""
    severity: str = ""
    ordinal: int = 0


class Zone(NamedTuple):
    """A band of values (exponents of ten) that is tinted in the colours of a severity, and what it means."""

    low: float
    high: float
    severity: str
    words: str = ""


class LayerBars(DecadeView):
    """Draws bars whose colours are those of the fixed magnitude scale, or dots over warning zones.

    Signals: layer_chosen(node_id).
    """

    layer_chosen = Signal(str)

    def __init__(self, theme: Theme, *, dots: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._dots = dots
        self._bars: tuple[Bar, ...] = ()
        self._scale = NumberScale(log=True)
        self.zones: tuple[Zone, ...] = ()
        self.guide: float | None = None
        """An exponent of ten at which a dashed line says: here it should be."""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def set_bars(self, bars: Sequence[Bar], selected: str = "") -> None:
        """Show these."""
        self._bars, self._selected = tuple(bars), selected
        self.update()

    # ------------------------------------------------------------------ drawing

    @property
    def _pitch(self) -> float:
        return (self.width() - MARGIN_LEFT - MARGIN_RIGHT) / max(len(self._bars), 1)

    def _labels(self) -> tuple[list[str], bool, float]:
        """Return the labels, whether they stand upright (turned), and the height that they take."""
        metrics = QFontMetricsF(self.font())
        names = [elided_middle(bar.name, LONGEST_LABEL) for bar in self._bars]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        if widest + 6 <= self._pitch:
            return names, False, metrics.height() + 6
        room = self.height() * 0.4
        if (
            self._pitch < metrics.height() * 0.9
        ):  # too many: the ends and every n-th, so that none touches another
            every = math.ceil(metrics.height() * 0.95 / max(self._pitch, 0.1))
            names = [name if i % every == 0 else "" for i, name in enumerate(names)]
        return names, True, min(widest + 10, room)

    def _place(self, label_height: float) -> QRectF:
        width = max(self.width() - MARGIN_LEFT - MARGIN_RIGHT, 1.0)
        noticed = any(bar.notice for bar in self._bars)
        top = MARGIN_TOP + (QFontMetricsF(self.font()).height() + 12 if noticed else 0.0)
        return QRectF(MARGIN_LEFT, top, width, max(self.height() - top - label_height, 1.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        names, upright, label_height = self._labels()
        place = self._place(label_height)
        low, high = self._range
        self._draw_zones(painter, place)
        draw_y_axis(painter, place, self._scale, low, high, self._theme, self.font())
        self._draw_guide(painter, place)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = self._pitch
        for index, bar in enumerate(self._bars):
            middle = place.left() + (index + 0.5) * pitch
            (self._draw_dot if self._dots else self._draw_bar)(painter, place, bar, middle, pitch)
        self._draw_labels(painter, place, names, upright)
        self._draw_notices(painter, place)

    def _y(self, place: QRectF, value: float) -> float:
        low, high = self._range
        exponent = math.log10(value) if value > 0 else -math.inf
        share = min(max((exponent - low) / (high - low), 0.0), 1.0)
        return place.bottom() - share * place.height()

    def _draw_bar(self, painter: QPainter, place: QRectF, bar: Bar, middle: float, pitch: float) -> None:
        width = max(min(pitch * 0.74, 56.0), 2.0)
        if math.isnan(bar.value):
            return
        top = min(self._y(place, bar.value), place.bottom() - 1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.magnitude_color(bar.value))
        radius = min(3.0, width / 3)
        column = QRectF(middle - width / 2, top, width, place.bottom() - top)
        painter.save()
        painter.setClipRect(column)
        painter.drawRoundedRect(column.adjusted(0, 0, 0, radius * 2), radius, radius)
        painter.restore()
        if bar.node_id == self._selected:
            painter.setPen(QPen(self._theme.color("selection"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(column.adjusted(-2.5, -2.5, 2.5, 1.0), radius + 2, radius + 2)
        self._draw_whisker(painter, place, bar, middle)

    def _draw_dot(self, painter: QPainter, place: QRectF, bar: Bar, middle: float, pitch: float) -> None:
        if math.isnan(bar.value):
            return
        severity = self.severity_at(bar.value)
        self._draw_whisker(painter, place, bar, middle)
        radius = min(max(pitch * 0.16, 2.5), 5.0)
        painter.setPen(QPen(self._theme.color("panel"), 1.5))
        painter.setBrush(self._theme.color(severity))
        y = self._y(place, bar.value)
        if severity == "healthy":
            painter.drawEllipse(QPointF(middle, y), radius, radius)
            return
        # Another shape as well as another colour: not everybody sees the latter.
        up, wide = radius * 1.5, radius * 1.4
        corners = [
            QPointF(middle - wide, y + radius),
            QPointF(middle + wide, y + radius),
            QPointF(middle, y - up),
        ]
        painter.drawPolygon(QPolygonF(corners))

    def _draw_whisker(self, painter: QPainter, place: QRectF, bar: Bar, middle: float) -> None:
        if not (math.isfinite(bar.low) and math.isfinite(bar.high) and bar.high > bar.low):
            return
        color = blend(self._theme.color("panel"), self._theme.color("text"), 0.75)
        painter.setPen(QPen(color, 1.4))
        painter.drawLine(QLineF(middle, self._y(place, bar.low), middle, self._y(place, bar.high)))

    def _draw_zones(self, painter: QPainter, place: QRectF) -> None:
        for zone in self.zones:
            top, bottom = self._y(place, 10.0**zone.high), self._y(place, 10.0**zone.low)
            tint = self._theme.color(f"{zone.severity}_fill")
            tint.setAlphaF(0.55)
            painter.fillRect(QRectF(place.left(), top, place.width(), bottom - top), tint)
            metrics = QFontMetricsF(self.font())
            if zone.words and bottom - top > metrics.height() + 4:
                painter.setFont(self.font())
                painter.setPen(self._theme.color(f"{zone.severity}_text"))
                row = QRectF(place.left() + 4, top + 2, place.width() - 8, bottom - top - 4)
                at = Qt.AlignmentFlag.AlignTop if zone.high > 0 else Qt.AlignmentFlag.AlignBottom
                painter.drawText(row, int(at | Qt.AlignmentFlag.AlignRight), zone.words)

    def _draw_guide(self, painter: QPainter, place: QRectF) -> None:
        if self.guide is None:
            return
        y = round(self._y(place, 10.0**self.guide)) + 0.5
        pen = QPen(self._theme.color("healthy"), 1)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(QLineF(place.left(), y, place.right(), y))

    def _draw_labels(self, painter: QPainter, place: QRectF, names: list[str], upright: bool) -> None:
        metrics = QFontMetricsF(self.font())
        painter.setFont(self.font())
        for index, (bar, name) in enumerate(zip(self._bars, names, strict=True)):
            if not name:
                continue
            role = "text" if bar.node_id == self._selected else "text_muted"
            painter.setPen(self._theme.color(role))
            middle = place.left() + (index + 0.5) * self._pitch
            if not upright:
                width = metrics.horizontalAdvance(name)
                left = min(max(middle - width / 2, 0.0), self.width() - width)
                painter.drawText(QRectF(left, place.bottom() + 5, width + 1, metrics.height()), 0, name)
                continue
            painter.save()
            painter.translate(middle, place.bottom() + 6)
            painter.rotate(-90)
            room = QRectF(-(self.height() - place.bottom() - 6), -metrics.height() / 2, 0, metrics.height())
            room.setWidth(self.height() - place.bottom() - 6)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
            painter.restore()

    def _draw_notices(self, painter: QPainter, place: QRectF) -> None:
        """Name what is wrong over the layers that it is about: one bracket for neighbours with the same trouble."""
        font = scaled(self.font(), 1.0, bold=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for first, last, bar in _groups(self._bars):
            left = place.left() + first * self._pitch + 2
            right = place.left() + (last + 1) * self._pitch - 2
            color = self._theme.color(bar.severity)
            painter.setPen(QPen(color, 2))
            y = metrics.height() + 8
            painter.drawLine(QLineF(left, y, right, y))
            width = metrics.horizontalAdvance(bar.notice) + 14
            start = min(max((left + right - width) / 2, place.left()), place.right() - width)
            patch = QRectF(start, 1, width, metrics.height() + 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(f"{bar.severity}_fill"))
            painter.drawRoundedRect(patch, patch.height() / 2, patch.height() / 2)
            painter.setPen(self._theme.color(f"{bar.severity}_text"))
            painter.drawText(patch, int(Qt.AlignmentFlag.AlignCenter), bar.notice)

    def severity_at(self, value: float) -> str:
        """Return the severity of the zone that a value lies in, "healthy" outside all of them."""
        exponent = math.log10(value) if value > 0 else -math.inf
        return next((z.severity for z in self.zones if z.low <= exponent <= z.high), "healthy")

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position())
        if bar is None:
            self.readout.hide()
            return
        color: QColor = self._theme.magnitude_color(bar.value)
        if self._dots:
            color = self._theme.color(self.severity_at(bar.value))
        rows = [ReadoutRow("now", format_number(bar.value), color)]
        if math.isfinite(bar.low):
            rows.append(ReadoutRow("recently", f"{format_number(bar.low)} to {format_number(bar.high)}"))
        if bar.notice:
            rows.append(ReadoutRow(bar.notice, ""))
        self.readout.show_at(QPoint(int(event.position().x()), int(event.position().y())), bar.name, rows)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position())
        if bar is not None and event.button() == Qt.MouseButton.LeftButton:
            self.layer_chosen.emit(bar.node_id)

    def leaveEvent(self, event: QEvent) -> None:
        self.readout.hide()

    def _bar_at(self, place: QPointF) -> Bar | None:
        index = int((place.x() - MARGIN_LEFT) // self._pitch) if self._bars else -1
        return self._bars[index] if 0 <= index < len(self._bars) and place.x() >= MARGIN_LEFT else None


def _groups(bars: Sequence[Bar]) -> list[tuple[int, int, Bar]]:
    found: list[tuple[int, int, Bar]] = []
    for index, bar in enumerate(bars):
        if not bar.notice:
            continue
        if found and found[-1][1] == index - 1 and found[-1][2].notice == bar.notice:
            found[-1] = (found[-1][0], index, bar)
        else:
            found.append((index, index, bar))
    return found
