"""All layers at a glance: mean and spread of what each puts out, and the share that is dead or saturated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import format_number, format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow

HEIGHT = 84
SHARE_HEIGHT = 5.0
LABEL_GAP = 3.0
NOTABLE = 0.1
"""A dead or saturated share from here on is a warning rather than a fact."""


class LayerFigures(NamedTuple):
    """A layer's outputs in four numbers; NaN where one is not known."""

    node_id: str
    name: str
    mean: float
    std: float
    dead: float
    saturated: float


class LayerStrip(QWidget):
    """A box from mean - std to mean + std for each layer, and under it a bar for what is dead or saturated.

    Signals: layer_chosen(node_id).
    """

    layer_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._layers: tuple[LayerFigures, ...] = ()
        self._selected = ""
        self._reach = 1.0
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(tabular(scaled(self.font(), 0.82)))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_layers(self, layers: Sequence[LayerFigures], selected: str) -> None:
        """Show these."""
        self._layers, self._selected = tuple(layers), selected
        self.update()

    def set_range(self) -> None:
        """Take the reach of the scale from what is shown, in doublings."""
        figures = [(layer.mean, layer.std) for layer in self._layers]
        furthest = max((abs(m) + s for m, s in figures if math.isfinite(m + s)), default=1.0)
        reach = 1.0
        while reach < furthest and reach < 1e30:
            reach *= 2
        while reach > 4 * furthest and reach > 1e-9:
            reach /= 2
        if reach != self._reach:
            self._reach = reach
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    @property
    def _pitch(self) -> float:
        return self.width() / max(len(self._layers), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, metrics = self._theme, QFontMetricsF(self.font())
        fits = all(metrics.horizontalAdvance(x.name) + 6 <= self._pitch for x in self._layers)
        bottom = self.height() - (metrics.height() + LABEL_GAP if fits else 0.0)
        place = QRectF(0, 2, self.width(), bottom - SHARE_HEIGHT - 8)
        painter.setPen(QPen(theme.color("border"), 1))
        middle = round(place.center().y()) + 0.5
        painter.drawLine(QLineF(0, middle, self.width(), middle))
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, layer in enumerate(self._layers):
            self._draw_layer(painter, place, bottom, index, layer)
            if fits:
                chosen = layer.node_id == self._selected
                painter.setPen(theme.color("text" if chosen else "text_muted"))
                room = QRectF(index * self._pitch, bottom + LABEL_GAP - 1, self._pitch, metrics.height())
                painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter), layer.name)

    def _draw_layer(
        self, painter: QPainter, place: QRectF, bottom: float, index: int, layer: LayerFigures
    ) -> None:
        theme, pitch = self._theme, self._pitch
        width = max(min(pitch * 0.7, 64.0), 2.0)
        left = index * pitch + (pitch - width) / 2
        if layer.node_id == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection_fill"))
            room = min(6.0, (pitch - width) / 2)
            painter.drawRoundedRect(QRectF(left - room, 0, width + 2 * room, bottom), 4, 4)
        scale = place.height() / 2 / self._reach
        if math.isfinite(layer.mean + layer.std):
            top = max(place.center().y() - (layer.mean + layer.std) * scale, place.top())
            low = min(place.center().y() - (layer.mean - layer.std) * scale, place.bottom())
            height = max(low - top, 2.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bars"))
            painter.drawRoundedRect(QRectF(left, top, width, height), 2, 2)
            painter.setPen(QPen(theme.color("training"), 2))
            y = min(max(place.center().y() - layer.mean * scale, place.top()), place.bottom())
            painter.drawLine(QPointF(left, y), QPointF(left + width, y))
        self._draw_shares(painter, QRectF(left, bottom - SHARE_HEIGHT - 2, width, SHARE_HEIGHT), layer)

    def _draw_shares(self, painter: QPainter, place: QRectF, layer: LayerFigures) -> None:
        theme = self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(place, 2, 2)
        start = place.left()
        for share, role in ((layer.dead, "warning"), (layer.saturated, "text_muted")):
            if math.isfinite(share) and share > 0:
                width = min(place.width() * share, place.right() - start)
                painter.setBrush(theme.color(role))
                painter.drawRoundedRect(QRectF(start, place.top(), max(width, 1.0), place.height()), 2, 2)
                start += width

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        layer = self._layer_at(event.position().x())
        if layer is not None and event.button() == Qt.MouseButton.LeftButton:
            self.layer_chosen.emit(layer.node_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        layer = self._layer_at(event.position().x())
        if layer is None:
            self.readout.hide()
            return
        rows = [ReadoutRow("mean ± std", f"{format_number(layer.mean)} ± {format_number(layer.std)}")]
        for name, share, role in (
            ("dead", layer.dead, "warning"),
            ("saturated", layer.saturated, "text_muted"),
        ):
            if math.isfinite(share):
                rows.append(ReadoutRow(name, format_percent(share), self._theme.color(role)))
        parent = self.readout.parentWidget() or self
        at = (
            self.mapTo(parent, QPoint(int(event.position().x()), HEIGHT // 2))
            if parent is not self
            else QPoint(int(event.position().x()), HEIGHT // 2)
        )
        self.readout.show_at(at, layer.name, rows)

    def leaveEvent(self, event: QEvent) -> None:
        self.readout.hide()

    def _layer_at(self, x: float) -> LayerFigures | None:
        index = int(x // self._pitch)
        return self._layers[index] if 0 <= index < len(self._layers) else None
