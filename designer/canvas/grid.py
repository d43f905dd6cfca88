"""The dots behind everything."""

from __future__ import annotations

from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from designer.canvas import metrics as m
from designer.canvas.style import CanvasStyle

CLOSEST = 11.0
"""Least distance of two dots on the screen: from afar only every second, fourth... is drawn."""
CELLS = 16
"""Dots along the side of the tile that is kept."""
DOT = 0.8
"""Radius of a dot in pixels."""


class DotGrid:
    """Draws the snapping grid as dots.

    Drawing thousands of dots takes longer than all cards (14 ms against 10), so a tile of them is kept as a picture.
    """

    def __init__(self) -> None:
        self._key: tuple[float, float, str] | None = None
        self._tile = QPixmap()

    def paint(self, painter: QPainter, rect: QRectF, style: CanvasStyle) -> None:
        """Fill `rect` (in scene coordinates) with the canvas and its dots."""
        transform = painter.worldTransform()
        ratio = painter.device().devicePixelRatioF()
        spacing = m.GRID * transform.m11()
        while spacing < CLOSEST:
            spacing *= 2
        self._prepare(spacing, ratio, style)
        area, period = transform.mapRect(rect), spacing * CELLS
        # Dots lie in the middle of the tile's cells, so that none is cut in two.
        origin = transform.map(QPointF(0, 0)) - QPointF(spacing / 2, spacing / 2)
        painter.save()
        painter.resetTransform()
        for row in range(
            floor((area.top() - origin.y()) / period), ceil((area.bottom() - origin.y()) / period)
        ):
            y = round((origin.y() + row * period) * ratio) / ratio
            for column in range(
                floor((area.left() - origin.x()) / period), ceil((area.right() - origin.x()) / period)
            ):
                x = round((origin.x() + column * period) * ratio) / ratio
                painter.drawPixmap(QPointF(x, y), self._tile)
        painter.restore()

    def _prepare(self, spacing: float, ratio: float, style: CanvasStyle) -> None:
        key = (spacing, ratio, style.canvas.color().name())
        if key == self._key:
            return
        self._key = key
        side = ceil(spacing * CELLS * ratio) + 1  # one pixel more, for tiles that are placed on whole pixels
        self._tile = QPixmap(QSize(side, side))
        self._tile.setDevicePixelRatio(ratio)
        self._tile.fill(style.canvas.color())
        painter = QPainter(self._tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.grid_color))
        for row in range(CELLS):
            for column in range(CELLS):
                painter.drawEllipse(QPointF((column + 0.5) * spacing, (row + 0.5) * spacing), DOT, DOT)
        painter.end()
