"""Which phases there are, how many steps each takes in its turn, and whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from designer.canvas.items.chips import RADIUS, paint_chip
from designer.common.text import elided_middle

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

MARGIN = 16
BETWEEN = 18
PADDING = 10


class PhasesLegend:
    """Paints the phases into the upper left corner: mark and name of each, and the measure of their turns."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.lit = -1
        """The phase whose turn it is; -1 where they change too quickly to be seen, or nothing runs."""

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self._view.document.design.phases)

    def texts(self) -> list[str]:
        """Return what stands beside each mark, and the measure of the turns."""
        phases = self._view.document.design.phases
        names = [elided_middle(phase.name, 24) for phase in phases]
        return [*names, turns_text([phase.steps for phase in phases])]

    def rect(self) -> QRect:
        """Return where it lies in the viewport."""
        metrics = self._view.style_.small_metrics
        texts = self.texts()
        width = sum(metrics.horizontalAdvance(text) for text in texts)
        width += (len(texts) - 1) * (2 * RADIUS + 6 + BETWEEN) + 2 * PADDING
        return QRect(QPoint(MARGIN - 6, MARGIN - 6), QSize(int(width) + 1, int(2 * RADIUS) + 14))

    def paint(self, painter: QPainter) -> None:
        """Paint in viewport coordinates."""
        style, place = self._view.style_, QRectF(self.rect())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(style.panel)
        ground.setAlpha(225)
        painter.setPen(style.border)
        painter.setBrush(ground)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        metrics, x, middle = style.small_metrics, place.left() + PADDING, place.center().y()
        *names, turns = self.texts()
        line = middle + metrics.capHeight() / 2
        for phase, name in enumerate(names):
            lit = self.lit in (-1, phase)
            paint_chip(painter, QPointF(x + RADIUS, middle), phase, style, lit=lit)
            x += 2 * RADIUS + 6
            painter.setFont(style.small_font)
            painter.setPen(style.text_pen if lit else style.muted_pen)
            painter.drawText(QPointF(x, line), name)
            x += metrics.horizontalAdvance(name) + BETWEEN
        painter.setPen(Qt.PenStyle.SolidLine)
        painter.setPen(style.muted_pen)
        painter.drawText(QPointF(x, line), turns)
        painter.restore()


def turns_text(steps: list[int]) -> str:
    """Return the measure of the turns in words: "3 : 1 turns"."""
    if len(steps) == 1:
        return "the only phase"
    return " : ".join(str(count) for count in steps) + " turns"
