"""The wire in the hand, with the words at the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas import metrics as m
from designer.canvas.items.symbols import draw_symbol
from designer.canvas.style import CanvasStyle

MOST_WIDTH = 340.0


class WirePreviewItem(QGraphicsItem):
    """Draws the wire from its fixed end to the pointer, and a label that is as large at every zoom."""

    def __init__(self, style: CanvasStyle, anchor: QPointF, *, forward: bool) -> None:
        super().__init__()
        self._style = style
        self._anchor = anchor
        self._forward = forward
        self._path = QPainterPath()
        self._pointer = QPointF(anchor)
        self._label = ""
        self._state = "loose"
        self.setZValue(25)

    @property
    def label(self) -> str:
        """What is written at the pointer."""
        return self._label

    def follow(self, path: QPainterPath, pointer: QPointF, label: str, state: str) -> None:
        """Run along `path` and write `label` at the pointer; `state` is "loose", "fits" or "refused"."""
        self.prepareGeometryChange()
        self._path = path
        self._pointer, self._label, self._state = pointer, label, state

    def boundingRect(self) -> QRectF:
        # The label keeps its size on the screen, so from afar it covers more of the canvas.
        reach = (
            (MOST_WIDTH + 60) / m.ZOOM_RANGE[0] if self._zoom() < 0.2 else (MOST_WIDTH + 60) / self._zoom()
        )
        around = QRectF(self._pointer, self._pointer).adjusted(-reach, -reach * 0.5, reach, reach * 0.5)
        return self._path.boundingRect().adjusted(-8, -8, 8, 8).united(around)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self._style
        color = {"fits": style.accent, "refused": style.failing}.get(self._state, style.text)
        pen = QPen(color, 2.5, Qt.PenStyle.DashLine if self._state == "refused" else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setBrush(style.port)
        painter.setPen(QPen(color, 2.0))
        painter.drawEllipse(self._anchor, m.PORT_RADIUS, m.PORT_RADIUS)
        if self._state != "fits":
            end = self._path.pointAtPercent(1.0 if self._forward else 0.0)
            painter.drawEllipse(end, m.PORT_RADIUS - 1, m.PORT_RADIUS - 1)
        self._paint_label(painter, widget)

    def _paint_label(self, painter: QPainter, widget: QWidget | None) -> None:
        style = self._style
        painter.save()
        painter.translate(self._pointer)
        scale = painter.worldTransform().m11()
        place = painter.worldTransform().map(QPointF(0, 0))
        painter.scale(1 / scale, 1 / scale)
        refused = self._state == "refused"
        indent = 20.0 if refused or self._state == "fits" else 0.0
        bounds = style.text_metrics.boundingRect(
            QRectF(0, 0, MOST_WIDTH - indent, 1000), int(Qt.TextFlag.TextWordWrap), self._label
        )
        box = QRectF(16, 18, bounds.width() + 20 + indent, bounds.height() + 12)
        if widget is not None:  # on the other side of the pointer where it would leave the canvas
            if place.x() + box.right() > widget.width():
                box.moveRight(-12)
            if place.y() + box.bottom() > widget.height():
                box.moveBottom(-12)
        painter.setPen(QPen(style.failing if refused else style.border, 1.0))
        painter.setBrush(style.panel)
        painter.drawRoundedRect(box, 5, 5)
        if refused:
            draw_symbol(painter, "cross", QPointF(box.left() + 17, box.top() + 15), style.failing_text, 0.9)
        elif self._state == "fits":
            healthy = style.theme.color("healthy_text")
            draw_symbol(painter, "check", QPointF(box.left() + 17, box.top() + 15), healthy, 0.9)
        painter.setPen(style.text)
        painter.setFont(style.text_font)
        text_box = box.adjusted(10 + indent, 6, -8, -4)
        painter.drawText(text_box, int(Qt.TextFlag.TextWordWrap), self._label)
        painter.restore()

    def _zoom(self) -> float:
        views = self.scene().views() if self.scene() is not None else []
        return views[0].transform().m11() if views else 1.0
