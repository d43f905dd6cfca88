"""Scrolling while a gesture is held near the edge of the canvas: the network comes towards the hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QTimer

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

BORDER = 28
"""Pixels from the edge within which the canvas scrolls."""
FASTEST = 24
"""Pixels at each tick, at the edge and beyond."""
TICK_MS = 16


class EdgeScroll(QObject):
    """Pans as long as the pointer rests near an edge, and says so after each tick."""

    def __init__(self, view: CanvasView, scrolled: Callable[[], object]) -> None:
        super().__init__(view)
        self._view = view
        self._scrolled = scrolled
        self._step = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def active(self) -> bool:
        """Whether it scrolls."""
        return self._timer.isActive()

    def follow(self, at: QPoint) -> None:
        """Scroll for a pointer here, or stop where it is away from the edges."""
        self._step = scroll_step(at, self._view.viewport().rect())
        if self._step.isNull():
            self._timer.stop()
        elif not self.active:
            self._timer.start()

    def stop(self) -> None:
        """Scroll no more."""
        self._timer.stop()

    def tick(self) -> None:
        """Scroll once."""
        self._view.pan_by(self._step)
        self._scrolled()


def scroll_step(at: QPoint, room: QRect) -> QPoint:
    """Return by how many pixels to pan for a pointer at a point of the viewport: the nearer the edge, the more."""
    return QPoint(
        _speed(BORDER - (at.x() - room.left())) - _speed(BORDER - (room.right() - at.x())),
        _speed(BORDER - (at.y() - room.top())) - _speed(BORDER - (room.bottom() - at.y())),
    )


def _speed(depth: int) -> int:
    return 0 if depth <= 0 else max(1, round(FASTEST * min(1.0, depth / BORDER)))
