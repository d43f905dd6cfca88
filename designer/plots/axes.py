"""Axes in the product's look: no lines but a faint grid, muted tabular figures, labels that never leave the plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from designer.common.theme import Theme
from designer.plots import ticks

ROOM_X = 64.0
ROOM_Y = 32.0
"""Pixels that a tick has to itself along its axis."""


class NumberScale:
    """Ticks and labels of one axis. With `log` values are exponents of ten; `whole` keeps to whole numbers."""

    def __init__(self, *, log: bool = False, whole: bool = False) -> None:
        self.log = log
        self.whole = whole
        self.unit_size = 1.0
        """How many of the plot's own units make one unit of the labels: steps in an epoch, say."""
        self.unit_name = ""
        """Written after the last label."""

    def ticks(self, low: float, high: float, count: int) -> tuple[list[float], list[str]]:
        """Return the places of at most about `count` ticks, in the plot's own units, and what stands at them."""
        if self.log:
            places = ticks.log_ticks(low, high, count)
            return places, [ticks.decade_label(place) for place in places]
        unit = self.unit_size
        make = ticks.whole_ticks if self.whole else ticks.linear_ticks
        values = make(low / unit, high / unit, count)
        step = values[1] - values[0] if len(values) > 1 else abs(values[0]) if values else 1.0
        labels = [ticks.tick_label(value, step) for value in values]
        if labels and self.unit_name:
            labels[-1] += f" {self.unit_name}"
        return [value * unit for value in values], labels


def draw_y_axis(
    painter: QPainter,
    place: QRectF,
    scale: NumberScale,
    low: float,
    high: float,
    theme: Theme,
    font: QFont,
) -> None:
    """Draw grid lines across `place` and their labels to the left of it."""
    if not high > low:
        return
    places, labels = scale.ticks(low, high, max(2, int(place.height() / ROOM_Y)))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for value, label in zip(places, labels, strict=True):
        y = place.bottom() - (value - low) / (high - low) * place.height()
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QLineF(place.left(), round(y) + 0.5, place.right(), round(y) + 0.5))
        painter.setPen(theme.color("text_muted"))
        top = min(max(y - metrics.height() / 2, 0.0), place.bottom() - metrics.height() + 4)
        room = QRectF(0, top, place.left() - 6, metrics.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), label)


def draw_x_labels(
    painter: QPainter,
    place: QRectF,
    places: Sequence[float],
    labels: Sequence[str],
    to_pixel: Callable[[float], float],
    theme: Theme,
    font: QFont,
) -> None:
    """Draw labels below `place`: each centred at its tick, kept inside, left off where it would touch the next."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme.color("text_muted"))
    drawn: list[tuple[float, float]] = []
    # The ends matter most: they tell the range.
    order = sorted(range(len(labels)), key=lambda i: min(i, len(labels) - 1 - i) if i not in (0,) else -1)
    for index in order:
        width = metrics.horizontalAdvance(labels[index])
        left = min(max(to_pixel(places[index]) - width / 2, place.left()), place.right() - width)
        if any(left < end + 10 and start < left + width + 10 for start, end in drawn):
            continue
        drawn.append((left, left + width))
        painter.drawText(QRectF(left, place.bottom() + 5, width + 1, metrics.height()), 0, labels[index])
