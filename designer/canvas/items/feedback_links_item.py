"""The way from an Output back to where its previous step enters again: it is no wire, and time passes along it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from designer.canvas import metrics as m
from designer.canvas.items.links_item import LinksItem
from designer.canvas.items.node_item import NodeItem
from designer.canvas.style import CanvasStyle
from engine.design.design import Design
from engine.design.feedback_checks import output_of

BELOW = 28.0
"""From the lowest card on the way to the line."""
CORNER = 14.0
DASHES = [5.0, 4.0]
LABEL = "previous step"


class FeedbackLinksItem(LinksItem):
    """Draws a dashed arrow from each Output to the PreviousOutput that it feeds one step later, below the cards."""

    def __init__(self, nodes: Mapping[str, NodeItem], style: CanvasStyle) -> None:
        super().__init__(nodes, style)
        self._paths: tuple[QPainterPath, ...] = ()

    def show_feedback(self, design: Design) -> None:
        """Draw the arrows of a design, where the cards are at the next `follow`."""
        back = [node for node in design.nodes.values() if node.type == "PreviousOutput"]
        self._take_pairs((output_of(design, node.layer), node.id) for node in back)

    def follow(self) -> None:
        """Take note of where the cards are now."""
        if not self._pairs and not self._paths:
            return
        self.prepareGeometryChange()
        cards = [node.rect() for node in self._nodes.values()]
        self._paths = tuple(way_back(output, previous, cards) for output, previous in self._present())
        self._surround(self._paths, below=22)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style, scale = self._style, painter.worldTransform().m11()
        color, pen = self._ink(painter, DASHES)
        for path in self._paths:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            tip = path.currentPosition()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(-5, 9), tip + QPointF(5, 9)]))
            if scale >= m.SIMPLE_BELOW:
                low = path.boundingRect()
                painter.setPen(color)
                painter.setFont(style.small_font)
                area = QRectF(low.left(), low.bottom() + 2, low.width(), 16)
                painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, LABEL)


def way_back(output: QRectF, previous: QRectF, cards: Iterable[QRectF]) -> QPainterPath:
    """Return the line from below an Output, under the cards between, up to a PreviousOutput."""
    start = QPointF(output.center().x(), output.bottom() + 2)
    end = QPointF(previous.center().x(), previous.bottom() + 3)
    left, right = min(start.x(), end.x()), max(start.x(), end.x())
    level = max(output.bottom(), previous.bottom()) + BELOW
    for card in sorted(cards, key=lambda card: card.top()):
        if (
            card.right() > left
            and card.left() < right
            and card.top() < level + 8
            and card.bottom() > level - 20
        ):
            level = max(level, card.bottom() + BELOW)
    side = -CORNER if end.x() < start.x() else CORNER
    path = QPainterPath(start)
    path.lineTo(start.x(), level - CORNER)
    path.quadTo(QPointF(start.x(), level), QPointF(start.x() + side, level))
    path.lineTo(end.x() - side, level)
    path.quadTo(QPointF(end.x(), level), QPointF(end.x(), level - CORNER))
    path.lineTo(end)
    return path
