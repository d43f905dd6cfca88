"""All wires in one item, for the view from afar: a call for each wire would cost more than the drawing."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas.items.wire_item import WireItem, width_of
from designer.canvas.style import SHADES, CanvasStyle

FINE_UP_TO = 160
"""So many wires are still drawn as smooth curves."""


class WiresOverviewItem(QGraphicsItem):
    """Draws every wire, grouped by colour; it is visible only while the single wires are not."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self._bounds = QRectF()
        self._lines: dict[int, list[QLineF]] = {}
        self._paths: dict[int, QPainterPath] = {}
        self._stale = True
        self._wires: list[WireItem] = []
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)
        self.setZValue(0)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def set_wires(self, wires: Iterable[WireItem], bounds: QRectF) -> None:
        """Take the wires to draw; their geometry is read when it is next painted."""
        self.prepareGeometryChange()
        self._wires = list(wires)
        self._bounds = bounds
        self._stale = True
        self.update()

    def refresh(self) -> None:
        """Read colours and paths again."""
        self._stale = True
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._stale:
            self._gather()
        fine = len(self._wires) <= FINE_UP_TO
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for key in sorted(self._paths if fine else self._lines):
            painter.setPen(self._pen(key, fine))
            if fine:
                painter.drawPath(self._paths[key])
            else:
                painter.drawLines(self._lines[key])

    def _pen(self, key: int, fine: bool) -> QPen:
        color = self._style.wire_color
        if key == SHADES:
            color = self._style.accent
        elif key >= 0:
            color = self._style.shade_pen(key, width=2.0).color()
        width = (1.4 if key < 0 else width_of(min(key, SHADES - 1)) * 0.6) if fine else 1.0
        pen = QPen(color, width)
        pen.setCosmetic(True)
        return pen

    def _gather(self) -> None:
        self._paths, self._lines = {}, {}
        fine = len(self._wires) <= FINE_UP_TO
        for wire in self._wires:
            if wire.path.elementCount() < 2:
                continue
            key = SHADES if wire.selected else wire.shade
            if fine:
                self._paths.setdefault(key, QPainterPath()).addPath(wire.path)
            else:
                self._lines.setdefault(key, []).extend(_segments(wire))
        self._stale = False


def _segments(wire: WireItem) -> list[QLineF]:
    """Return straight lines that follow a wire's bends roughly: its ends, and the ends of its lane."""
    path = wire.path
    first, last = path.elementAt(0), path.elementAt(path.elementCount() - 1)
    if wire.lane is None:
        return [QLineF(first.x, first.y, last.x, last.y)]
    forward = last.x > first.x
    turn = min(44.0, (last.x - first.x) / 2) if forward else 0.0
    a, b, y = first.x + turn, last.x - turn, wire.lane
    return [QLineF(first.x, first.y, a, y), QLineF(a, y, b, y), QLineF(b, y, last.x, last.y)]
