"""The dots behind everything."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from designer.canvas import metrics as m
from designer.canvas.style import CanvasStyle

CLOSEST = 13.0
"""Least distance of two dots on the screen: from afar only every second, fourth... is drawn."""
BLOCK = 24
"""Dots along the side of the block that is prepared once and drawn side by side."""


class DotGrid:
    """Draws the snapping grid as dots. A block of them is prepared for each spacing and then only moved."""

    def __init__(self) -> None:
        self._spacing = 0.0
        self._dots = QPolygonF()

    def paint(self, painter: QPainter, rect: QRectF, style: CanvasStyle) -> None:
        """Fill `rect` (in scene coordinates) with the canvas and its dots."""
        painter.fillRect(rect, style.canvas)
        spacing = m.GRID
        scale = painter.worldTransform().m11()
        while spacing * scale < CLOSEST:
            spacing *= 2
        if spacing != self._spacing:
            self._spacing = spacing
            self._dots = QPolygonF(
                [QPointF(x * spacing, y * spacing) for x in range(BLOCK) for y in range(BLOCK)]
            )
        block = spacing * BLOCK
        painter.setPen(style.grid_pen)
        left, top = floor(rect.left() / block) * block, floor(rect.top() / block) * block
        y = top
        while y < rect.bottom():
            x = left
            while x < rect.right():
                painter.drawPoints(self._dots.translated(x, y))
                x += block
            y += block
