"""What the lines have in common that are no wires: one item draws all of a kind, below wires and cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from designer.canvas.items.node_item import NodeItem
from designer.canvas.style import CanvasStyle
from designer.common.color_scales import blend


class LinksItem(QGraphicsItem):
    """Base of the items that draw dashed lines between cards. It takes no input."""

    def __init__(self, nodes: Mapping[str, NodeItem], style: CanvasStyle) -> None:
        super().__init__()
        self._nodes, self._style = nodes, style
        self._pairs: tuple[tuple[str, str], ...] = ()
        self._bounds = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(from, to) by node id, for each line that is drawn."""
        return self._pairs

    def boundingRect(self) -> QRectF:
        return self._bounds

    def _take_pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep those pairs whose cards are both there."""
        self._pairs = tuple(pair for pair in pairs if all(node_id in self._nodes for node_id in pair))

    def _present(self) -> list[tuple[QRectF, QRectF]]:
        """Return the rectangles of each pair's cards, as far as they are still there."""
        there = [pair for pair in self._pairs if all(node_id in self._nodes for node_id in pair)]
        return [(self._nodes[first].rect(), self._nodes[second].rect()) for first, second in there]

    def _surround(self, paths: Iterable[QPainterPath], below: float) -> None:
        """Cover these paths, with room for what is drawn at them."""
        self._bounds = QRectF()
        for path in paths:
            self._bounds = self._bounds.united(path.boundingRect().adjusted(-12, -12, 12, below))
        self.update()

    def _ink(self, painter: QPainter, dashes: Sequence[float]) -> tuple[QColor, QPen]:
        """Return the colour of the lines, and a dashed pen that is seen from afar."""
        color = blend(self._style.canvas.color(), self._style.text, 0.55)
        pen = QPen(color, max(1.6, 1.2 / max(painter.worldTransform().m11(), 0.05)))
        pen.setDashPattern(dashes)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return color, pen
