"""Small signs drawn as paths: sharp at every zoom, the same with every font, and told apart without colour."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF


@cache
def triangle() -> QPainterPath:
    """Return a filled warning triangle with an exclamation mark cut out, in a square of 12 around the origin."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(0, -5.5), QPointF(6, 5), QPointF(-6, 5)]))
    path.closeSubpath()
    mark = QPainterPath()
    mark.addRect(QRectF(-0.8, -2.2, 1.6, 4.0))
    mark.addRect(QRectF(-0.8, 2.6, 1.6, 1.4))
    return path.subtracted(mark)


@cache
def exclamation() -> QPainterPath:
    """Return an exclamation mark."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(-1.1, -5.0, 2.2, 6.4), 1.0, 1.0)
    path.addEllipse(QPointF(0, 3.9), 1.3, 1.3)
    return path


@cache
def lock() -> QPainterPath:
    """Return a closed padlock."""
    body = QPainterPath()
    body.addRoundedRect(QRectF(-4.2, -0.8, 8.4, 6.2), 1.4, 1.4)
    bow = QPainterPath()
    bow.addRoundedRect(QRectF(-2.9, -5.4, 5.8, 8.0), 2.9, 2.9)
    hollow = QPainterPath()
    hollow.addRoundedRect(QRectF(-1.5, -4.0, 3.0, 6.0), 1.5, 1.5)
    keyhole = QPainterPath()
    keyhole.addEllipse(QPointF(0, 2.2), 1.0, 1.0)
    return bow.subtracted(hollow).united(body).subtracted(keyhole)


@cache
def bypass() -> QPainterPath:
    """Return an arrow that leaps over a dot."""
    path = QPainterPath()
    path.moveTo(-5.0, 2.6)
    path.cubicTo(-4.0, -5.0, 3.2, -5.0, 4.2, 0.4)
    path.moveTo(1.4, -0.8)
    path.lineTo(4.5, 1.2)
    path.lineTo(5.6, -2.2)
    return path


@cache
def linked() -> QPainterPath:
    """Return two rings of a chain: weights shared with another node."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(-5.6, -2.3, 6.6, 4.6), 2.3, 2.3)
    path.addRoundedRect(QRectF(-1.0, -2.3, 6.6, 4.6), 2.3, 2.3)
    return path


@cache
def arrow(direction: int) -> QPainterPath:
    """Return an arrow down (1) or up (-1)."""
    path = QPainterPath()
    path.moveTo(0, -4.6 * direction)
    path.lineTo(0, 4.2 * direction)
    path.moveTo(-3.4, 0.9 * direction)
    path.lineTo(0, 4.4 * direction)
    path.lineTo(3.4, 0.9 * direction)
    return path


@cache
def cross() -> QPainterPath:
    """Return a cross."""
    path = QPainterPath()
    path.moveTo(-3.4, -3.4)
    path.lineTo(3.4, 3.4)
    path.moveTo(3.4, -3.4)
    path.lineTo(-3.4, 3.4)
    return path


@cache
def check() -> QPainterPath:
    """Return a tick."""
    path = QPainterPath()
    path.moveTo(-4.0, 0.4)
    path.lineTo(-1.2, 3.2)
    path.lineTo(4.0, -3.0)
    return path


FILLED: dict[str, Callable[[], QPainterPath]] = {"triangle": triangle, "error": exclamation, "frozen": lock}
STROKED: dict[str, Callable[[], QPainterPath]] = {
    "cross": cross,
    "check": check,
    "bypassed": bypass,
    "shared": linked,
    "down": lambda: arrow(1),
    "up": lambda: arrow(-1),
}


def draw_symbol(painter: QPainter, name: str, center: QPointF, color: QColor, scale: float = 1.0) -> None:
    """Draw a sign around `center`."""
    painter.save()
    painter.translate(center)
    painter.scale(scale, scale)
    if name in FILLED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPath(FILLED[name]())
    elif name in STROKED:
        pen = QPen(color, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(STROKED[name]())
    painter.restore()
