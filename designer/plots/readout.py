"""The small box beside the mouse that tells the values under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import Theme

PADDING = 8
GAP = 16
LINE = 4
DOT = 7


class ReadoutRow(NamedTuple):
    """A name and its value; `color` is that of the dot before the name, None for no dot."""

    name: str
    value: str
    color: QColor | None = None


class ReadoutLabel(QWidget):
    """Draws a heading and rows; keeps inside its parent and away from the mouse."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heading = ""
        self._rows: tuple[ReadoutRow, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.hide()

    @property
    def rows(self) -> tuple[ReadoutRow, ...]:
        """What is shown."""
        return self._rows

    @property
    def heading(self) -> str:
        """The heading that is shown."""
        return self._heading

    def show_at(self, place: QPoint, heading: str, rows: Sequence[ReadoutRow]) -> None:
        """Show beside `place`, a point of the parent."""
        self._heading, self._rows = heading, tuple(rows)
        metrics = QFontMetricsF(self.font())
        names = max((metrics.horizontalAdvance(row.name) + _indent(row) for row in rows), default=0.0)
        values = max((metrics.horizontalAdvance(row.value) for row in rows), default=0.0)
        width = max(names + GAP + values if rows else 0.0, metrics.horizontalAdvance(heading)) + 2 * PADDING
        height = (len(rows) + bool(heading)) * (metrics.height() + LINE) - LINE + 2 * PADDING
        self.resize(int(width + 1), int(height + 1))
        parent = self.parentWidget()
        room = parent.rect() if parent is not None else self.rect()
        left = place.x() + 12
        if left + self.width() > room.right():
            left = place.x() - 12 - self.width()
        top = min(max(place.y() - self.height() // 2, 0), max(room.height() - self.height(), 0))
        self.move(max(left, 0), top)
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("tooltip"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        metrics = QFontMetricsF(self.font())
        line, top = metrics.height() + LINE, float(PADDING)
        if self._heading:
            painter.setPen(theme.color("tooltip_text"))
            painter.drawText(QRectF(PADDING, top, self.width(), line), 0, self._heading)
            top += line
        right = Qt.AlignmentFlag.AlignRight
        for row in self._rows:
            place = QRectF(PADDING, top, self.width() - 2 * PADDING, line)
            if row.color is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(row.color)
                painter.drawEllipse(QPointF(PADDING + DOT / 2, top + metrics.height() / 2), DOT / 2, DOT / 2)
            painter.setPen(theme.color("tooltip_text"))
            painter.drawText(place.adjusted(_indent(row), 0, 0, 0), 0, row.name)
            painter.drawText(place, int(right), row.value)
            top += line


def _indent(row: ReadoutRow) -> int:
    return 0 if row.color is None else DOT + 6
