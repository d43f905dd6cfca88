"""The rectangle of the rubber band, and the stroke that cuts wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas.style import CanvasStyle


class BandItem(QGraphicsItem):
    """Draws the rubber band."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._pen = QPen(style.accent, 1.0)
        self._pen.setCosmetic(True)
        self._fill = QColor(style.accent)
        self._fill.setAlpha(28)
        self._rect = QRectF()
        self.setZValue(30)

    def set_rect(self, rect: QRectF) -> None:
        """Span another rectangle."""
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(self._pen)
        painter.setBrush(self._fill)
        painter.drawRect(self._rect)


class CutItem(QGraphicsPathItem):
    """Draws the stroke of the knife."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        pen = QPen(style.failing, 2.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self.setPen(pen)
        self.setZValue(30)

    def begin(self, at: QPointF) -> None:
        """Start a stroke."""
        self.setPath(QPainterPath(at))

    def extend(self, at: QPointF) -> None:
        """Lead the stroke on."""
        path = self.path()
        path.lineTo(at)
        self.setPath(path)
