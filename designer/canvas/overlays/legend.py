"""What the colours of the wires mean, while they mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from designer.common.color_scales import MAGNITUDE_RANGE, magnitude_at

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

MARGIN = 16
BAR = QSize(144, 8)
TICKS = ((-6.0, "1e-6"), (-4.0, "1e-4"), (-2.0, "1e-2"), (0.0, "1"))


class Legend:
    """Paints the magnitude scale in the lower left corner; it is there only while wires carry gradients."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        metrics = view.style_.small_metrics
        self._text_width = int(metrics.horizontalAdvance("gradient, RMS")) + 12
        self._height = int(metrics.height()) + BAR.height() + 12

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self._view.canvas_scene.gradients)

    def rect(self) -> QRect:
        """Return where it lies in the viewport."""
        size = QSize(self._text_width + BAR.width() + 36, self._height + 8)
        return QRect(QPoint(MARGIN - 8, self._view.viewport().height() - size.height() - MARGIN + 8), size)

    def in_the_way(self) -> bool:
        """Whether it covers a card or comment, or would if wires carried gradients."""
        return self._view.canvas_scene.occupies(
            self._view.mapToScene(self.rect().adjusted(-4, -8, 4, 8)).boundingRect()
        )

    def paint(self, painter: QPainter) -> None:
        """Paint in viewport coordinates."""
        style = self._view.style_
        place = QRectF(self.rect())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(style.canvas.color())
        ground.setAlpha(215)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 6, 6)
        painter.setFont(style.small_font)
        painter.setPen(style.muted)
        left, top = place.left() + 8, place.top() + 8
        metrics = style.small_metrics
        painter.drawText(QPointF(left, top + BAR.height() / 2 + metrics.capHeight() / 2), "gradient, RMS")
        bar = QRectF(left + self._text_width, top, BAR.width(), BAR.height())
        low, high = MAGNITUDE_RANGE
        scale = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(25):
            scale.setColorAt(step / 24, magnitude_at(low + (high - low) * step / 24))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(scale)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(style.muted)
        for exponent, label in TICKS:
            x = bar.left() + (exponent - low) / (high - low) * bar.width()
            width = metrics.horizontalAdvance(label)
            painter.drawText(QPointF(x - width / 2, bar.bottom() + 4 + metrics.ascent()), label)
        painter.restore()
