"""Where moved cards line up with others: pure geometry."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF

PULL = 6.0
"""Within this distance beyond the grid's own pull, a card goes level with another."""


def align(bounds: QRectF, shift: QPointF, others: Sequence[QRectF]) -> tuple[QPointF, list[QLineF]]:
    """Return the shift that makes edges level with those of other cards nearby, and the lines that show it."""
    moved = bounds.translated(shift)
    lines: list[QLineF] = []
    across = _nearest((moved.left(), moved.right()), [(r.left(), r.right()) for r in others])
    down = _nearest((moved.top(), moved.bottom()), [(r.top(), r.bottom()) for r in others])
    moved.translate(across or 0.0, down or 0.0)
    if across is not None:
        for x in (moved.left(), moved.right()):
            met = [r for r in others if abs(r.left() - x) < 0.5 or abs(r.right() - x) < 0.5]
            if met:
                top = min(r.top() for r in [*met, moved])
                lines.append(QLineF(x, top - 8, x, max(r.bottom() for r in [*met, moved]) + 8))
    if down is not None:
        for y in (moved.top(), moved.bottom()):
            met = [r for r in others if abs(r.top() - y) < 0.5 or abs(r.bottom() - y) < 0.5]
            if met:
                left = min(r.left() for r in [*met, moved])
                lines.append(QLineF(left - 8, y, max(r.right() for r in [*met, moved]) + 8, y))
    return QPointF(moved.left() - bounds.left(), moved.top() - bounds.top()), lines


def _nearest(own: tuple[float, float], others: Sequence[tuple[float, float]]) -> float | None:
    best: float | None = None
    for low, high in others:
        for mine, theirs in zip(own, (low, high), strict=True):
            step = theirs - mine
            if abs(step) <= PULL and (best is None or abs(step) < abs(best)):
                best = step
    return best
