"""A comment: a frame with a heading, behind the cards that it encloses."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas import metrics as m
from designer.canvas.style import CanvasStyle
from engine.design.elements import Note

GRIP = 16.0
READABLE, LARGEST = 0.9, 1.8
"""From afar, the words of a comment are written as large as at a zoom of READABLE, where they fit; the heading at
most LARGEST times its own size."""


class NoteItem(QGraphicsItem):
    """Draws a comment. The first line of its text is its heading."""

    def __init__(self, note: Note, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.note = note
        self.selected = False
        self.hovered = False
        self._rect = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(-10)
        self.set_note(note)

    def set_note(self, note: Note) -> None:
        """Show another text or rectangle."""
        self.prepareGeometryChange()
        self.note = note
        x, y, width, height = note.rectangle
        self.setPos(x, y)
        self._rect = QRectF(0, 0, max(width, m.NOTE_LEAST[0]), max(height, m.NOTE_LEAST[1]))
        self.update()

    def set_size(self, width: float, height: float) -> None:
        """Take another size while it is being dragged."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, max(width, m.NOTE_LEAST[0]), max(height, m.NOTE_LEAST[1]))
        self.update()

    def set_flag(self, **flags: bool) -> None:
        """Set selected or hovered, and repaint where one differs."""
        if any(getattr(self, name) != value for name, value in flags.items()):
            for name, value in flags.items():
                setattr(self, name, value)
            self.update()

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-3, -3, 3, 3)

    def rect(self) -> QRectF:
        """Return the frame in scene coordinates."""
        return self._rect.translated(self.pos())

    def heading_rect(self) -> QRectF:
        """Return the strip by which the comment is taken hold of, in scene coordinates."""
        rect = self.rect()
        return QRectF(rect.left(), rect.top(), rect.width(), m.NOTE_HEADER)

    def part_at(self, point: QPointF) -> str:
        """Return what lies at a point of the scene: "grip", "heading" (also the frame's line), "inside" or ""."""
        rect = self.rect()
        if QRectF(rect.right() - GRIP, rect.bottom() - GRIP, GRIP, GRIP).contains(point):
            return "grip"
        if not rect.adjusted(-3, -3, 3, 3).contains(point):
            return ""
        on_line = not rect.adjusted(6, 6, -6, -6).contains(point)
        return "heading" if on_line or self.heading_rect().contains(point) else "inside"

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self._style
        fill = QColor(style.muted)
        fill.setAlpha(22 if style.theme.dark else 26)
        line = QColor(style.muted)
        line.setAlpha(170 if self.hovered else 90)
        scale = painter.worldTransform().m11()
        painter.setPen(QPen(style.accent, 2.0) if self.selected else QPen(line, 1.0))
        painter.setBrush(fill)
        painter.drawRoundedRect(self._rect.adjusted(0.5, 0.5, -0.5, -0.5), m.CORNER, m.CORNER)
        if scale < m.NAMES_BELOW:
            return
        self._paint_text(painter, min(max(1.0, READABLE / scale), LARGEST))
        if self.hovered or self.selected:
            painter.setPen(QPen(line, 1.5))
            corner = self._rect.bottomRight() - QPointF(4, 4)
            for step in (4.0, 8.0):
                painter.drawLine(corner - QPointF(step, 0), corner - QPointF(0, step))

    def _paint_text(self, painter: QPainter, factor: float) -> None:
        style = self._style
        heading, _, rest = self.note.text.partition("\n")
        room = QSizeF(self._rect.width() - 24, self._rect.height() - 10)
        painter.save()
        painter.translate(12, 5)
        painter.save()
        painter.scale(factor, factor)
        width = max(20.0, room.width() / factor)
        painter.setFont(style.name_font)
        painter.setPen(style.text_pen if heading else style.muted_pen)
        shown = style.name_metrics.elidedText(heading or "Comment", Qt.TextElideMode.ElideRight, width)
        painter.drawText(QPointF(0, style.name_metrics.ascent() + 1), shown)
        painter.restore()
        if rest:
            top = (style.name_metrics.height() + 6) * factor
            self._paint_rest(painter, rest, QRectF(0, top, room.width(), room.height() - top), factor)
        painter.restore()

    def _paint_rest(self, painter: QPainter, text: str, room: QRectF, factor: float) -> None:
        """Draw the text below the heading, as large as it fits; no line is cut through."""
        metrics, wrap = self._style.text_metrics, int(Qt.TextFlag.TextWordWrap)
        scale = factor
        while True:
            width = room.width() / scale
            needed = metrics.boundingRect(QRectF(0, 0, width, 1e5), wrap, text).height() * scale
            if needed <= room.height() or scale == 1.0:
                break
            scale = max(1.0, scale - 0.1)
        height = room.height() / scale
        if needed > room.height():
            height = int(height / metrics.lineSpacing()) * metrics.lineSpacing()
        painter.translate(room.topLeft())
        painter.scale(scale, scale)
        painter.setFont(self._style.text_font)
        painter.setPen(self._style.note_pen)
        painter.setClipRect(QRectF(0, 0, width, height), Qt.ClipOperation.IntersectClip)
        painter.drawText(QRectF(0, 0, width, height), wrap, text)
