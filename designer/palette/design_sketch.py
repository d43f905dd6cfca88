"""A small picture of a design: its nodes where they stand, with their stripes, and its wires."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.theme import theme
from designer.palette.data_motif import motif_of, paint_motif
from engine.design.design import Design

NODE = (176.0, 80.0)
"""The size of a card on the canvas."""
SMALLEST_SCALE, LARGEST_SCALE = 0.03, 0.34


class DesignSketch(QWidget):
    """Draws a design from its positions."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(104)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(220, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), 5, 5)
        painter.setClipPath(clip)
        painter.fillRect(self.rect(), colors.color("canvas"))
        area = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        motif = motif_of(self._design.data)
        if motif is not None:
            side = min(area.height(), area.width() * 0.34)
            box = QRectF(area.left(), area.center().y() - side / 2, side, side)
            paint_motif(painter, box, motif)
            area.setLeft(box.right() + 14)
        paint_sketch(painter, area, self._design)


def paint_sketch(painter: QPainter, area: QRectF, design: Design) -> None:
    """Draw a design's nodes and wires, as large as `area` allows."""
    places = {node.id: node.position for node in design.nodes.values() if node.position is not None}
    if not places:
        return
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    right, bottom = max(x for x, _ in places.values()) + NODE[0], max(y for _, y in places.values()) + NODE[1]
    scale = min(area.width() / (right - left), area.height() / (bottom - top), LARGEST_SCALE)
    scale = max(scale, SMALLEST_SCALE)
    shift_x = area.center().x() - scale * (left + right) / 2
    shift_y = area.center().y() - scale * (top + bottom) / 2

    def at(x: float, y: float) -> QPointF:
        return QPointF(shift_x + scale * x, shift_y + scale * y)

    colors = theme()
    painter.setPen(QPen(colors.color("wire"), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edge in design.edges:
        if edge.source in places and edge.target in places:
            (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
            painter.drawPath(_wire(at(x1 + NODE[0], y1 + 40), at(x2, y2 + 40)))
    for node_id, (x, y) in places.items():
        corner = at(x, y)
        box = QRectF(corner.x(), corner.y(), NODE[0] * scale, NODE[1] * scale)
        painter.setPen(QPen(colors.color("node_border"), 1))
        painter.setBrush(colors.color("node"))
        painter.drawRoundedRect(box, 2.5, 2.5)
        stripe = QRectF(box.left(), box.top(), max(2.5, 8 * scale), box.height())
        painter.fillRect(stripe, colors.family(design.nodes[node_id].layer.FAMILY))


def _wire(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a wire's path; one that goes back to the left runs between the rows."""
    path = QPainterPath(start)
    if end.x() >= start.x():
        bend = max((end.x() - start.x()) / 2, 4.0)
        path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
        return path
    middle, turn = (start.y() + end.y()) / 2, 7.0
    path.cubicTo(start + QPointF(turn, 0), QPointF(start.x() + turn, middle), QPointF(start.x(), middle))
    path.lineTo(end.x(), middle)
    path.cubicTo(QPointF(end.x() - turn, middle), end - QPointF(turn, 0), end)
    return path
