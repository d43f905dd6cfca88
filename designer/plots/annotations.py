"""What is written into a plot over steps: the legend with live values, the best epoch, flags, a warning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from designer.common.text import scaled
from designer.common.theme import Theme
from designer.plots.time_plot import TimePlot

DASHES = [4.0, 3.0]


class Corner(NamedTuple):
    """A corner of the plot, which a legend may stand in."""

    bottom: bool
    left: bool


TOP_RIGHT, BOTTOM_RIGHT = Corner(False, False), Corner(True, False)
BOTTOM_LEFT, TOP_LEFT = Corner(True, True), Corner(False, True)


class LegendEntry(NamedTuple):
    """A name, its present value, and the colour that it is written in."""

    name: str
    value: str
    color: QColor


def draw_legend(
    painter: QPainter,
    plot: TimePlot,
    theme: Theme,
    entries: Sequence[LegendEntry],
    *,
    corner: Corner = TOP_RIGHT,
) -> None:
    """Write the entries into a corner, on a patch of the surface that keeps curves off."""
    if not entries:
        return
    font, texts = _legend_font(plot), _texts(entries)
    painter.setFont(font)
    patch = legend_patch(plot, entries, corner)
    line = QFontMetricsF(font).height() + 2
    surface = theme.color("panel")
    surface.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(surface)
    painter.drawRect(patch)
    side = Qt.AlignmentFlag.AlignLeft if corner.left else Qt.AlignmentFlag.AlignRight
    for index, (entry, text) in enumerate(zip(entries, texts, strict=True)):
        painter.setPen(entry.color)
        row = QRectF(patch.left() + 6 * corner.left, patch.top() + 2 + index * line, patch.width() - 6, line)
        painter.drawText(row, int(side | Qt.AlignmentFlag.AlignVCenter), text)


def legend_patch(plot: TimePlot, entries: Sequence[LegendEntry], corner: Corner) -> QRectF:
    """Return the place that a legend takes, in the plot's pixels."""
    metrics, place = QFontMetricsF(_legend_font(plot)), plot.place
    height = (metrics.height() + 2) * len(entries) + 4
    width = max((metrics.horizontalAdvance(text) for text in _texts(entries)), default=0.0) + 12
    top = place.bottom() - height - 4 if corner.bottom else place.top() + 2
    left = place.left() + 4 if corner.left else place.right() - width
    return QRectF(left, top, width, height)


def _legend_font(plot: TimePlot) -> QFont:
    return scaled(plot.font(), 1.06, bold=True)


def _texts(entries: Sequence[LegendEntry]) -> list[str]:
    return [f"{entry.name} {entry.value}" for entry in entries]


def draw_best(
    painter: QPainter, plot: TimePlot, theme: Theme, step: float, value: float, color: QColor
) -> None:
    """Mark the best epoch: a dashed line at its step, and a dot on the curve (`value` in the plot's own units)."""
    x = plot.x_of(step)
    place = plot.place
    if not place.left() <= x <= place.right():
        return
    pen = QPen(theme.color("healthy"), 1)
    pen.setDashPattern(DASHES)
    painter.setPen(pen)
    painter.drawLine(QPointF(round(x) + 0.5, place.top()), QPointF(round(x) + 0.5, place.bottom()))
    y = plot.y_of(value)
    if place.top() - 4 <= y <= place.bottom() + 4:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(x, y), 4.5, 4.5)


def draw_flags(painter: QPainter, plot: TimePlot, theme: Theme, marks: Sequence[tuple[float, str]]) -> None:
    """Draw a small flag at each step where a setting was changed; its words stand beside it where there is room."""
    place, metrics = plot.place, QFontMetricsF(plot.font())
    painter.setFont(plot.font())
    free_from = place.left()
    for step, label in marks:
        x = plot.x_of(step)
        if not place.left() <= x <= place.right():
            continue
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = QPen(theme.color("text_muted"), 1)
        pen.setDashPattern([1.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(round(x) + 0.5, place.top()), QPointF(round(x) + 0.5, place.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text_muted"))
        bottom = place.bottom()
        flag = [QPointF(x, bottom - 16), QPointF(x + 8, bottom - 12.5), QPointF(x, bottom - 9)]
        painter.drawPolygon(QPolygonF(flag))
        width = metrics.horizontalAdvance(label)
        left = x + 11
        if left + width > place.right():
            left = x - width - 4
        if left >= free_from:
            surface = theme.color("panel")
            surface.setAlphaF(0.82)
            painter.setBrush(surface)
            painter.drawRect(QRectF(left - 2, bottom - 20, width + 4, metrics.height()))
            painter.setPen(theme.color("text_muted"))
            painter.drawText(QPointF(left, bottom - 20 + metrics.ascent()), label)
            free_from = left + width + 12


def draw_notice(
    painter: QPainter, plot: TimePlot, theme: Theme, text: str, severity: str, step: float = -1
) -> None:
    """Write a warning into the plot, at its lower left, and a line at the step that it is about."""
    place = plot.place
    if step >= 0 and place.left() <= plot.x_of(step) <= place.right():
        painter.setPen(QPen(theme.color(severity), 1))
        x = round(plot.x_of(step)) + 0.5
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
    draw_badge(painter, QPointF(place.left() + 4, place.bottom() - 44), text, severity, theme, plot)


def draw_badge(
    painter: QPainter, corner: QPointF, text: str, severity: str, theme: Theme, plot: TimePlot
) -> QRectF:
    """Draw words on a rounded patch in the colours of a severity, such as "warning"; return its place."""
    font = scaled(plot.font(), 1.0, bold=True)
    metrics = QFontMetricsF(font)
    patch = QRectF(corner.x(), corner.y(), metrics.horizontalAdvance(text) + 16, metrics.height() + 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(f"{severity}_fill"))
    painter.drawRoundedRect(patch, patch.height() / 2, patch.height() / 2)
    painter.setFont(font)
    painter.setPen(theme.color(f"{severity}_text"))
    painter.drawText(patch, int(Qt.AlignmentFlag.AlignCenter), text)
    return patch
