"""Thin lines that show with what a moved card is level."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas.style import CanvasStyle


class GuidesItem(QGraphicsItem):
    """Draws the alignment lines of a move."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._pen = QPen(style.accent, 1.0)
        self._pen.setCosmetic(True)
        self._lines: list[QLineF] = []
        self._bounds = QRectF()
        self.setZValue(20)

    def set_lines(self, lines: Sequence[QLineF]) -> None:
        """Show these lines."""
        if list(lines) == self._lines:
            return
        self.prepareGeometryChange()
        self._lines = list(lines)
        self._bounds = QRectF()
        for line in lines:
            self._bounds = self._bounds.united(
                QRectF(line.p1(), line.p2()).normalized().adjusted(-2, -2, 2, 2)
            )

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(self._pen)
        painter.drawLines(self._lines)
