"""One wire."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas.style import SHADES, CanvasStyle, shade_of
from engine.design.elements import Edge

FARTHEST_OUT = 8.0


class WireItem(QGraphicsItem):
    """Draws a wire along its path. With a gradient, colour and width say how large it is."""

    def __init__(self, edge: Edge, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.edge = edge
        self.path = QPainterPath()
        self.lane: float | None = None
        self.gradient: float | None = None
        self.shade = -1
        self.selected = False
        self.hovered = False
        self.faded = False
        self._bounds = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(0)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def set_path(self, path: QPainterPath, lane: float | None) -> None:
        """Run along another path."""
        self.prepareGeometryChange()
        self.path = path
        self.lane = lane
        self._bounds = path.boundingRect().adjusted(-FARTHEST_OUT, -FARTHEST_OUT, FARTHEST_OUT, FARTHEST_OUT)
        self.update()

    def set_gradient(self, rms: float | None) -> bool:
        """Show the root mean square of the gradient that flows back here; return whether that looks different."""
        self.gradient = rms
        shade = -1 if rms is None else shade_of(rms)
        if shade == self.shade:
            return False
        self.shade = shade
        self.update()
        return True

    def set_flag(self, **flags: bool) -> None:
        """Set selected, hovered or faded, and repaint where one differs."""
        if any(getattr(self, name) != value for name, value in flags.items()):
            for name, value in flags.items():
                setattr(self, name, value)
            self.setZValue(1 if self.selected or self.hovered else 0)
            self.update()

    def distance_to(self, point: QPointF) -> float:
        """Return how far a point of the scene is from the wire (infinite where it is out of reach)."""
        if not self._bounds.contains(point):
            return math.inf
        steps = max(12, min(96, int(self.path.length() / 12)))
        return min(
            math.dist((at.x(), at.y()), (point.x(), point.y()))
            for at in (self.path.pointAtPercent(i / steps) for i in range(steps + 1))
        )

    def crossed_by(self, stroke: QPainterPath) -> bool:
        """Return whether a line drawn across the canvas (as the outline that `outlined` makes of it) cuts this wire."""
        return self._bounds.intersects(stroke.boundingRect()) and outlined(self.path).intersects(stroke)

    def pen(self) -> QPen:
        """Return the pen of the wire's present state."""
        if self.selected:
            return self._style.wire_selected_pen
        if self.shade >= 0:
            return self._style.shade_pen(
                self.shade, width=width_of(self.shade) + (1.0 if self.hovered else 0.0)
            )
        return self._style.wire_hover_pen if self.hovered else self._style.wire_pen

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.faded:
            painter.setOpacity(0.25)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.pen())
        painter.drawPath(self.path)


def outlined(line: QPainterPath) -> QPainterPath:
    """Return the outline of a thin line: Qt takes a bare line for the area that it would close."""
    thin = QPainterPathStroker()
    thin.setWidth(1.0)
    return thin.createStroke(line)


def width_of(shade: int) -> float:
    """Return the width of a wire for a step of the magnitude scale: thin where little flows back."""
    return 1.6 + 3.0 * shade / (SHADES - 1)
