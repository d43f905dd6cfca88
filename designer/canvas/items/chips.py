"""The numbered marks of phases, on the cards that a phase trains and in the legend."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.canvas.style import CanvasStyle
from designer.common.phase_colors import ink_on, phase_color

RADIUS = 8.5


def paint_chip(painter: QPainter, center: QPointF, phase: int, style: CanvasStyle, *, lit: bool) -> None:
    """Paint the mark of a phase: filled where it is its turn, else a ring."""
    color = phase_color(style.theme, phase)
    if lit:
        painter.setPen(QPen(style.canvas, 1.5))
        painter.setBrush(color)
    else:
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(style.node)
    painter.drawEllipse(center, RADIUS, RADIUS)
    painter.setPen(ink_on(color) if lit else style.text_pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(style.small_font)
    text, metrics = str(phase + 1), style.small_metrics
    width, rise = metrics.horizontalAdvance(text), metrics.capHeight()
    painter.drawText(QPointF(center.x() - width / 2, center.y() + rise / 2), text)
