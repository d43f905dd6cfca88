"""How samples look in every picture of predictions, and the key that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from designer.common.color_scales import luminance
from designer.common.theme import Theme

Array = NDArray[Any]
Mark = Literal["train", "validation", "test", "wrong", "area", "line", "none"]
PART_NAMES = {"train": "training", "validation": "validation", "test": "test"}
ROW = 19.0
MARK_ROOM = 18.0


class KeyRow(NamedTuple):
    """A line of the key: how something looks, what it is called, and a figure."""

    mark: Mark
    name: str
    value: str = ""
    color: QColor | None = None


def draw_mark(painter: QPainter, at: QPointF, mark: Mark, radius: float, color: QColor, theme: Theme) -> None:
    """Draw the mark of a sample: a disc in training, a ring in validation, a square in test, a cross if it is wrong.

    All have an edge in the colour of the surface, so that they show on a field of their own colour; what
    is wrong has one in the colour of text.
    """
    halo = theme.color("text" if mark == "wrong" else "panel")
    # A value in the middle of the scale has the colour of the surface itself.
    pale = abs(luminance(color) - luminance(theme.color("panel"))) < 0.12 and color.saturationF() < 0.6
    edge = theme.color("text_muted") if pale else halo
    if mark in ("train", "area"):
        painter.setPen(QPen(edge, 1.1))
        painter.setBrush(color)
        painter.drawEllipse(at, radius, radius)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    widths = ((3.2, halo), (1.6, color))
    if pale and mark != "wrong":
        widths = ((3.2, edge), (1.6, color))
    for width, ink in widths:
        pen = QPen(ink, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if mark == "validation":
            painter.drawEllipse(at, radius, radius)
        elif mark == "test":
            side = radius * 0.92
            painter.drawRect(QRectF(at.x() - side, at.y() - side, 2 * side, 2 * side))
        elif mark == "wrong":
            reach = radius + 0.4
            for turn in (1, -1):
                painter.drawLine(
                    QPointF(at.x() - reach, at.y() - turn * reach),
                    QPointF(at.x() + reach, at.y() + turn * reach),
                )
        elif mark == "line":
            painter.drawLine(QPointF(at.x() - 7, at.y()), QPointF(at.x() + 7, at.y()))


def radius_for(count: int) -> float:
    """Return the radius of a sample's mark where there are `count` of them."""
    return 3.4 if count <= 400 else 2.9 if count <= 900 else 2.4


class Stamps:
    """Draws many equal marks quickly: each kind is drawn once and then stamped."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme, self._ratio = theme, ratio
        self._made: dict[tuple[str, int, float], QPixmap] = {}

    def stamp(self, painter: QPainter, points: Array, mark: Mark, radius: float, color: QColor) -> None:
        """Draw a mark at each of the points (n, 2), in pixels."""
        pixmap = self._pixmap(mark, radius, color)
        half = pixmap.width() / self._ratio / 2
        for x, y in (points - half).tolist():
            painter.drawPixmap(QPointF(x, y), pixmap)

    def _pixmap(self, mark: Mark, radius: float, color: QColor) -> QPixmap:
        key = (mark, color.rgba(), radius)
        if key not in self._made:
            side = int(2 * radius + 8)
            pixmap = QPixmap(round(side * self._ratio), round(side * self._ratio))
            pixmap.setDevicePixelRatio(self._ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_mark(painter, QPointF(side / 2, side / 2), mark, radius, color, self._theme)
            painter.end()
            self._made[key] = pixmap
        return self._made[key]


def key_width(rows: Iterable[KeyRow], font: QFont, *, values: bool = True) -> float:
    """Return the width that a key needs, with its figures or without."""
    metrics = QFontMetricsF(font)
    widths = [0.0]
    for row in rows:
        value = 12 + metrics.horizontalAdvance(row.value) if values and row.value else 0.0
        widths.append(MARK_ROOM + metrics.horizontalAdvance(row.name) + value)
    return max(widths)


def draw_key(painter: QPainter, place: QRectF, rows: Sequence[KeyRow], font: QFont, theme: Theme) -> None:
    """Draw the rows of a key one below the other; what does not fit is counted in the last line.

    Where it is narrow the figures are left off.
    """
    room = max(int(place.height() / ROW), 1)
    shown = list(rows)
    if place.width() < key_width(rows, font):
        shown = [row._replace(value="") for row in rows]
    for dispensable in (KeyRow("none", ""), None):
        if len(shown) > room:
            shown = [row for row in shown if row != dispensable and (dispensable or row.mark != "none")]
    if len(shown) > room:
        left = len(shown) - room + 1
        shown = [*shown[: room - 1], KeyRow("none", f"and {left} more")]
    metrics = QFontMetricsF(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for index, row in enumerate(shown):
        line = QRectF(place.left(), place.top() + index * ROW, place.width(), ROW)
        painter.setFont(font)
        if row.mark != "none":
            muted = "text" if row.mark == "wrong" else "text_muted"
            ink = row.color if row.color is not None else theme.color(muted)
            radius = 4.6 if row.mark == "area" else 3.6
            draw_mark(painter, QPointF(line.left() + 7, line.center().y()), row.mark, radius, ink, theme)
        painter.setPen(theme.color("text"))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), row.value)
        width = line.width() - MARK_ROOM - metrics.horizontalAdvance(row.value) - (8 if row.value else 0)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, max(width, 0))
        painter.setPen(theme.color("text_muted"))
        painter.drawText(line.adjusted(MARK_ROOM, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), name)
