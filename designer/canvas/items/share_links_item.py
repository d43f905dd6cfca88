"""The links between layers that use one set of weights."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from designer.canvas import metrics as m
from designer.canvas.items.feedback_links_item import FeedbackLinksItem
from designer.canvas.items.links_item import LinksItem
from designer.canvas.items.node_item import NodeItem
from designer.canvas.items.symbols import draw_symbol
from designer.canvas.style import CanvasStyle
from engine.design.design import Design

GAP = 11.0
"""From a card's edge to where its link begins: marks stand on the edge."""
DASHES = [2.0, 3.5]


class ShareLinksItem(LinksItem):
    """Draws a dotted line from each layer to the one whose weights it uses, with the sign of sharing in its middle.

    `feedback` are the arrows from outputs back to where they enter again.
    """

    def __init__(self, nodes: Mapping[str, NodeItem], style: CanvasStyle) -> None:
        super().__init__(nodes, style)
        self.feedback = FeedbackLinksItem(nodes, style)
        self.feedback.setParentItem(self)
        self._links: tuple[tuple[QPainterPath, QPointF], ...] = ()
        self.setZValue(-1)

    def show_sharing(self, design: Design) -> None:
        """Draw the links of a design."""
        self._take_pairs((node.id, node.shares) for node in design.nodes.values() if node.shares)
        self.feedback.show_feedback(design)
        self.follow()

    def follow(self) -> None:
        """Take note of where the cards are now."""
        self.feedback.follow()
        if not self._pairs and not self._links:
            return
        self.prepareGeometryChange()
        self._links = tuple(link_between(owner, user) for user, owner in self._present())
        self._surround((path for path, _ in self._links), below=12)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style, scale = self._style, painter.worldTransform().m11()
        color, pen = self._ink(painter, DASHES)
        for path, middle in self._links:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            if scale >= m.SIMPLE_BELOW:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.canvas)
                painter.drawEllipse(middle, 11, 11)
                draw_symbol(painter, "shared", middle, color, 0.95)


def link_between(first: QRectF, second: QRectF) -> tuple[QPainterPath, QPointF]:
    """Return the line between two cards, from the edges that face each other, and its middle."""
    dx, dy = second.center().x() - first.center().x(), second.center().y() - first.center().y()
    upright = (
        abs(dy) - (first.height() + second.height()) / 2 >= abs(dx) - (first.width() + second.width()) / 2
    )
    if upright:
        down = 1.0 if dy >= 0 else -1.0
        start = QPointF(first.center().x(), (first.bottom() if down > 0 else first.top()) + down * 2)
        end = QPointF(second.center().x(), (second.top() if down > 0 else second.bottom()) - down * GAP)
        bend = QPointF(0, (end.y() - start.y()) * 0.45)
    else:
        right = 1.0 if dx >= 0 else -1.0
        start = QPointF((first.right() if right > 0 else first.left()) + right * GAP, first.top() + 14)
        end = QPointF((second.left() if right > 0 else second.right()) - right * GAP, second.top() + 14)
        bend = QPointF((end.x() - start.x()) * 0.45, 0)
    path = QPainterPath(start)
    path.cubicTo(start + bend, end - bend, end)
    return path, path.pointAtPercent(0.5)
