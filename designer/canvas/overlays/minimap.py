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
SMALL = QSize(128, 80)
ROOMY = 900
"""Width of the canvas from which on the overview has its full size."""
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
        self._content = QRectF()
        self._drawn = (QSize(), 0.0)
        self.wanted = True

    def forget(self) -> None:
        """Draw the cards anew when next painted."""
        self._picture = None

    @property
    def visible(self) -> bool:
        """Whether it is shown: it is wanted, there is room for it, and it covers nothing of a network all in view."""
        port, size = self._view.viewport().size(), self._size()
        roomy = port.width() > 3 * size.width() and port.height() > 2.2 * size.height()
        if not (self.wanted and roomy and self._view.canvas_scene.nodes):
            return False
        self._prepare()
        if not self._view.visible_rect().contains(self._content):
            return True
        return not self._view.canvas_scene.occupies(self._view.mapToScene(self.rect()).boundingRect())

    def rect(self) -> QRect:
        """Return where it lies in the viewport."""
        port, size = self._view.viewport().size(), self._size()
        corner = QPoint(port.width() - size.width() - MARGIN, port.height() - size.height() - MARGIN)
        return QRect(corner, size)

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
        inner = QRectF(1.5, 1.5, place.width() - 3, place.height() - 3)
        painter.drawRoundedRect(frame.intersected(inner), 3, 3)
        painter.restore()

    def _size(self) -> QSize:
        return SIZE if self._view.viewport().width() >= ROOMY else SMALL

    def _prepare(self) -> None:
        ratio = self._view.devicePixelRatioF()
        wanted = self._size()
        if self._picture is not None and self._drawn == (wanted, ratio):
            return
        self._drawn = (wanted, ratio)
        room = QRectF(QPointF(0, 0), wanted).adjusted(INSET, INSET, -INSET, -INSET)
        self._content = self._view.canvas_scene.content_rect()
        content = self._content.adjusted(-m.GRID, -m.GRID, m.GRID, m.GRID)
        factor = min(room.width() / max(content.width(), 600.0), room.height() / max(content.height(), 360.0))
        size = content.size() * factor
        self._source = content
        self._target = QRectF(room.center() - QPointF(size.width() / 2, size.height() / 2), size)
        self._picture = self._draw(ratio, factor)

    def _draw(self, ratio: float, factor: float) -> QPixmap:
        style, size = self._view.style_, self._size()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(style.panel)
        painter.setPen(QPen(style.border, 1.0))
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), m.CORNER, m.CORNER)
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
