"""The measures of the canvas, in canvas units (pixels at 100 %). What snaps, snaps to the grid that is drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

GRID = 16.0
NODE_HEIGHT = 80.0
NODE_WIDTH = 176.0
"""The least width of a card; a long name makes it wider, in steps of the grid."""
CORNER = 6.0
STRIPE = 4.0
STACK = 3.0
"""By how much the cards below the card of a block stand out."""
HEADER = 28.0
PADDING = 12.0
PORT_TOP = 40.0
"""From the top of every card to its first port, so that cards in a row have straight wires between them."""
PORT_STEP = 16.0
PORT_RADIUS = 5.0
PORT_REACH = 11.0
"""How far from a port's centre a press still takes hold of it."""
SIMPLE_BELOW = 0.6
"""Zoom below which cards lose their texts and wires are drawn together."""
SHAPES_BELOW = 0.42
"""Zoom below which a card says only its name, as large as it can."""
NAMES_BELOW = 0.22
"""Zoom below which even names are left out."""
TOLERANCE = 7.0
"""How near, in pixels, the pointer must come to a wire to mean it."""
ZOOM_RANGE = (0.05, 4.0)
NOTE_HEADER = 28.0
NOTE_LEAST = (128.0, 64.0)


def snap(value: float) -> float:
    """Return the nearest multiple of the grid."""
    return round(value / GRID) * GRID


def snapped(point: QPointF) -> QPointF:
    """Return the nearest point of the grid."""
    return QPointF(snap(point.x()), snap(point.y()))


def snapped_rect(rect: QRectF) -> QRectF:
    """Return `rect` with its corners on the grid."""
    left, top = snap(rect.left()), snap(rect.top())
    return QRectF(left, top, snap(rect.right()) - left, snap(rect.bottom()) - top)
