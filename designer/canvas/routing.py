"""How a wire runs: a plain curve where nothing is in its way, else along a free lane above or below what is.

Skip connections and wires that lead back to the next row of a wrapped network would run through the cards between their
ends. Each such wire gets a lane: a level stretch that touches no card and no other lane. Shorter wires choose first,
so nested skips lie inside each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

CLEARANCE = 16.0
"""Distance that a lane keeps from a card."""
BESIDE = 16.0
"""Distance between two lanes."""
TURN = 44.0
"""Reach of the bend at either end of a lane."""
BACK = 24.0
"""A wire whose target lies less than this to the right of its source turns round."""

Obstacles = NDArray[np.float64]
"""Rows of (left, top, right, bottom)."""


def obstacles_of(rects: Iterable[QRectF]) -> Obstacles:
    """Return card rectangles as the array that routes are found with."""
    rows = [(r.left(), r.top(), r.right(), r.bottom()) for r in rects]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def plain_path(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a curve that leaves to the right and arrives from the left, whatever lies between."""
    dx, dy = end.x() - start.x(), abs(end.y() - start.y())
    path = QPainterPath(start)
    if abs(end.y() - start.y()) < 0.5 and dx > 0:
        path.lineTo(end)
        return path
    reach = max(abs(dx) * 0.5, min(40.0 + dy * 0.25, 120.0))
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


def lane_path(start: QPointF, end: QPointF, lane: float) -> QPainterPath:
    """Return a path that bends from `start` to the level `lane`, follows it, and bends up or down to `end`."""
    path = QPainterPath(start)
    if end.x() - start.x() >= BACK:
        turn = min(TURN, (end.x() - start.x()) / 2)
        first, second = QPointF(start.x() + turn, lane), QPointF(end.x() - turn, lane)
        path.cubicTo(start + QPointF(turn * 0.62, 0), first - QPointF(turn * 0.62, 0), first)
        path.lineTo(second)
        path.cubicTo(second + QPointF(turn * 0.62, 0), end - QPointF(turn * 0.62, 0), end)
        return path
    for at, sign in ((start, 1.0), (end, -1.0)):
        bulge = min(max(abs(lane - at.y()) * 0.55, 18.0), 40.0) * 1.33 * sign
        if sign > 0:
            path.cubicTo(at + QPointF(bulge, 0), QPointF(at.x() + bulge, lane), QPointF(at.x(), lane))
            path.lineTo(QPointF(end.x(), lane))
        else:
            path.cubicTo(QPointF(at.x() + bulge, lane), at + QPointF(bulge, 0), at)
    return path


def find_lane(
    start: QPointF, end: QPointF, cards: Obstacles, lanes: Sequence[tuple[float, float, float]]
) -> float | None:
    """Return the level that a wire should follow, or None where a plain curve meets no card.

    `lanes` are those that are taken: (left, right, level).
    """
    forward = end.x() - start.x() >= BACK
    if forward:
        # The cards at the ends themselves don't count: the span is what lies strictly between them.
        left, right = start.x() + 4, end.x() - 4
        inside = cards[(cards[:, 2] > left) & (cards[:, 0] < right)]
        if not len(inside) or not _meets(start, end, inside):
            return None
    else:
        left, right = end.x() - TURN, start.x() + TURN
        inside = cards[(cards[:, 2] > left) & (cards[:, 0] < right)]
    blocked = [(top - CLEARANCE, bottom + CLEARANCE) for top, bottom in inside[:, (1, 3)].tolist()]
    blocked += [(y - BESIDE, y + BESIDE) for a, b, y in lanes if b > left and a < right]
    # A tie goes below: people look for the way back under what they read.
    return _nearest_free((start.y() + end.y()) / 2 + 0.5, blocked)


def _meets(start: QPointF, end: QPointF, cards: Obstacles) -> bool:
    """Return whether the plain curve passes through a card, tried at 24 points."""
    reach = max((end.x() - start.x()) * 0.5, min(40.0 + abs(end.y() - start.y()) * 0.25, 120.0))
    t = np.linspace(0.04, 0.96, 24)
    b0, b1, b2, b3 = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    x = b0 * start.x() + b1 * (start.x() + reach) + b2 * (end.x() - reach) + b3 * end.x()
    y = b0 * start.y() + b1 * start.y() + b2 * end.y() + b3 * end.y()
    across = (x > cards[:, 0, None] - 2) & (x < cards[:, 2, None] + 2)
    return bool((across & (y > cards[:, 1, None] - 4) & (y < cards[:, 3, None] + 4)).any())


def _nearest_free(wish: float, blocked: list[tuple[float, float]]) -> float:
    merged: list[tuple[float, float]] = []
    for low, high in sorted(blocked):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    for low, high in merged:
        if low < wish < high:
            return low if wish - low < high - wish else high
    return wish
