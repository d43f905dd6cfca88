"""What stands where a plot has nothing to show yet: what would fill it, and how to get there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.common.color_scales import blend
from designer.common.text import scaled
from designer.common.theme import Theme

Sketch = Callable[[QPainter, QRectF, QColor], None]


class Teaching(NamedTuple):
    """A heading and a sentence or two. `sketch` draws a faint idea of the plot to come."""

    heading: str
    text: str
    sketch: Sketch | None = None


class EmptyState(QWidget):
    """Draws a `Teaching` in the middle of its room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._teaching = Teaching("", "")

    @property
    def teaching(self) -> Teaching:
        """What is shown."""
        return self._teaching

    def set_teaching(self, teaching: Teaching) -> None:
        """Show another text."""
        if teaching[:2] != self._teaching[:2]:
            self._teaching = teaching
            self.setAccessibleName(f"{teaching.heading}. {teaching.text}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, wrap = self._theme, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter
        width = min(self.width() - 24.0, 360.0)
        left = (self.width() - width) / 2
        heading_font, text_font = scaled(self.font(), 1.0, bold=True), scaled(self.font(), 0.94)
        painter.setFont(text_font)
        body = painter.boundingRect(QRectF(left, 0, width, 1_000), wrap, self._teaching.text)
        painter.setFont(heading_font)
        head = painter.boundingRect(QRectF(left, 0, width, 1_000), wrap, self._teaching.heading)
        sketch_height = min(64.0, self.height() - head.height() - body.height() - 40)
        drawn = self._teaching.sketch if sketch_height >= 32 else None
        total = head.height() + 6 + body.height() + (sketch_height + 16 if drawn else 0)
        top = max((self.height() - total) / 2, 4.0)
        if drawn:
            faint = blend(theme.color("panel"), theme.color("text_muted"), 0.45)
            drawn(painter, QRectF(self.width() / 2 - 64, top, 128, sketch_height), faint)
            top += sketch_height + 16
        painter.setFont(heading_font)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(left, top, width, head.height()), wrap, self._teaching.heading)
        painter.setFont(text_font)
        painter.setPen(theme.color("text_muted"))
        place = QRectF(left, top + head.height() + 6, width, body.height() + 4)
        painter.drawText(place, wrap, self._teaching.text)


def sketch_curve(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw a falling curve over an axis: a loss."""
    painter.setPen(QPen(color, 1.0))
    painter.drawLine(place.bottomLeft(), place.bottomRight())
    path = QPainterPath(place.topLeft())
    path.cubicTo(
        place.left() + place.width() * 0.2,
        place.bottom() - place.height() * 0.1,
        place.left() + place.width() * 0.5,
        place.bottom() - place.height() * 0.15,
        place.right(),
        place.bottom() - place.height() * 0.12,
    )
    painter.setPen(QPen(color, 2.0))
    painter.drawPath(path)


def sketch_bars(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw rising bars: magnitudes from layer to layer."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    heights, gap = (0.3, 0.4, 0.5, 0.75, 0.95), 6.0
    width = (place.width() - gap * (len(heights) - 1)) / len(heights)
    for index, share in enumerate(heights):
        height = place.height() * share
        left = place.left() + index * (width + gap)
        painter.drawRoundedRect(QRectF(left, place.bottom() - height, width, height), 2, 2)


def sketch_bell(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw a distribution under a bent line: what enters an activation."""
    heights = (0.08, 0.2, 0.42, 0.7, 0.86, 0.7, 0.42, 0.2, 0.08)
    width = place.width() / len(heights)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for index, share in enumerate(heights):
        height = place.height() * share * 0.8
        left = place.left() + index * width
        painter.drawRect(QRectF(left + 1, place.bottom() - height, width - 2, height))


def sketch_tiles(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw small tiles of squares: weights as images."""
    painter.setPen(Qt.PenStyle.NoPen)
    cell = 6.0
    for tile in range(4):
        for row in range(3):
            for column in range(3):
                shade = QColor(color)
                shade.setAlphaF(0.25 + 0.75 * ((tile * 7 + row * 5 + column * 3) % 8) / 7)
                painter.setBrush(shade)
                left = place.center().x() - 4 * 13 + tile * 28 + column * cell
                painter.drawRect(QRectF(left, place.center().y() - 9 + row * cell, cell - 1, cell - 1))
