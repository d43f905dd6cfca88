"""The overview in the corner: every card, and the part that is in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from designer.canvas import metrics as m
from designer.common.color_scales import blend

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

SIZE = QSize(160, 100)
MARGIN = 16
INSET = 8


class Minimap:
    """Paints the overview over the viewport and tells which point of the scene lies under the pointer.

    The cards are kept as a picture, so that panning only moves the frame.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._picture: QPixmap | None = None
        self._source = QRectF()
        self._target = QRectF()
        self.wanted = True

    def forget(self) -> None:
        """Draw the cards anew when next painted."""
        self._picture = None

    @property
    def visible(self) -> bool:
        """Whether it is shown: it is wanted, there is something to see and room for it."""
        port = self._view.viewport().size()
        roomy = port.width() > 3 * SIZE.width() and port.height() > 2.2 * SIZE.height()
        return self.wanted and roomy and bool(self._view.canvas_scene.nodes)

    def rect(self) -> QRect:
        """Return where it lies in the viewport."""
        size = self._view.viewport().size()
        corner = QPoint(size.width() - SIZE.width() - MARGIN, size.height() - SIZE.height() - MARGIN)
        return QRect(corner, SIZE)

    def scene_point(self, at: QPoint) -> QPointF:
        """Return the point of the scene that a point of the viewport means here."""
        self._prepare()
        local = QPointF(at - self.rect().topLeft()) - self._target.topLeft()
        factor = self._target.width() / self._source.width()
        return self._source.topLeft() + local / factor

    def paint(self, painter: QPainter) -> None:
        """Paint in viewport coordinates."""
        self._prepare()
        assert self._picture is not None
        place = self.rect()
        painter.drawPixmap(place.topLeft(), self._picture)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(place.adjusted(1, 1, -1, -1))
        painter.translate(place.topLeft())
        factor = self._target.width() / self._source.width()
        seen = self._view.visible_rect()
        frame = QRectF(
            self._target.topLeft() + (seen.topLeft() - self._source.topLeft()) * factor, seen.size() * factor
        )
        accent = QColor(self._view.style_.accent)
        painter.setPen(QPen(accent, 1.2))
        accent.setAlpha(26)
        painter.setBrush(accent)
        painter.drawRoundedRect(
            frame.intersected(QRectF(1.5, 1.5, SIZE.width() - 3, SIZE.height() - 3)), 3, 3
        )
        painter.restore()

    def _prepare(self) -> None:
        ratio = self._view.devicePixelRatioF()
        if self._picture is not None and self._picture.devicePixelRatio() == ratio:
            return
        room = QRectF(QPointF(0, 0), SIZE).adjusted(INSET, INSET, -INSET, -INSET)
        content = self._view.canvas_scene.content_rect().adjusted(-m.GRID, -m.GRID, m.GRID, m.GRID)
        factor = min(room.width() / max(content.width(), 600.0), room.height() / max(content.height(), 360.0))
        size = content.size() * factor
        self._source = content
        self._target = QRectF(room.center() - QPointF(size.width() / 2, size.height() / 2), size)
        self._picture = self._draw(ratio, factor)

    def _draw(self, ratio: float, factor: float) -> QPixmap:
        style = self._view.style_
        picture = QPixmap(SIZE * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(style.panel)
        painter.setPen(QPen(style.border, 1.0))
        painter.drawRoundedRect(QRectF(0.5, 0.5, SIZE.width() - 1, SIZE.height() - 1), m.CORNER, m.CORNER)
        painter.translate(self._target.topLeft())
        painter.scale(factor, factor)
        painter.translate(-self._source.topLeft())
        scene = self._view.canvas_scene
        faint = QColor(style.muted)
        faint.setAlpha(40)
        for note in scene.notes.values():
            painter.fillRect(note.rect(), faint)
        painter.setPen(Qt.PenStyle.NoPen)
        least = 1.5 / factor
        for item in scene.nodes.values():
            rect = item.rect()
            rect.setHeight(max(rect.height(), least))
            color = style.accent if item.selected else blend(style.muted, style.panel, 0.35)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, 1.5 / factor, 1.5 / factor)
        painter.end()
        return picture
