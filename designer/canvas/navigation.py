"""Zooming and fitting; and walking from node to node with the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from designer.canvas import metrics as m
from designer.canvas.canvas_scene import CanvasScene

FIT_MARGIN = 32.0
"""Pixels left free around what is fitted into the view."""
FIT_MOST = 1.0
ZOOM_STEP = 1.25


def clamped_zoom(zoom: float) -> float:
    """Return `zoom` within the range that the canvas allows."""
    return min(max(zoom, m.ZOOM_RANGE[0]), m.ZOOM_RANGE[1])


def fit_zoom(rect: QRectF, width: float, height: float) -> float:
    """Return the zoom at which `rect` fits a viewport of this size."""
    free = max(1.0, width - 2 * FIT_MARGIN), max(1.0, height - 2 * FIT_MARGIN)
    zoom = min(free[0] / max(1.0, rect.width()), free[1] / max(1.0, rect.height()), FIT_MOST)
    return clamped_zoom(zoom)


def wheel_factor(angle: QPoint, pixels: QPoint) -> float:
    """Return by how much a turn of the wheel zooms: a notch (120 eighths of a degree) by a sixth or so."""
    steps = angle.y() / 120 if angle.y() else pixels.y() / 60
    return float(1.15 ** max(-4.0, min(4.0, steps)))


def neighbour(scene: CanvasScene, node_id: str, key: Qt.Key) -> str:
    """Return the node that an arrow leads to: along a wire where there is one, else the nearest that way; or ""."""
    if not scene.nodes:
        return ""
    if node_id not in scene.nodes:
        order = scene.document.inference.order
        return order[0] if order else next(iter(scene.nodes))
    here = scene.nodes[node_id].rect().center()
    design = scene.document.design
    if key == Qt.Key.Key_Right:
        wired = [edge.target for edge in design.outgoing(node_id)]
    elif key == Qt.Key.Key_Left:
        wired = [edge.source for edge in design.incoming(node_id)]
    else:
        wired = []
    if wired:
        return min(wired, key=lambda other: _distance(scene, other, here))
    direction = {
        Qt.Key.Key_Right: QPointF(1, 0),
        Qt.Key.Key_Left: QPointF(-1, 0),
        Qt.Key.Key_Up: QPointF(0, -1),
        Qt.Key.Key_Down: QPointF(0, 1),
    }[key]
    best, least = "", float("inf")
    for other, item in scene.nodes.items():
        way = item.rect().center() - here
        along = QPointF.dotProduct(way, direction)
        if other == node_id or along <= 1:
            continue
        aside = abs(way.x() * direction.y()) + abs(way.y() * direction.x())
        if along + 2.5 * aside < least:
            best, least = other, along + 2.5 * aside
    return best


def _distance(scene: CanvasScene, node_id: str, here: QPointF) -> float:
    return (scene.nodes[node_id].rect().center() - here).manhattanLength()
