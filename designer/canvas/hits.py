"""What lies under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF

from designer.canvas import metrics as m
from designer.canvas.items.node_item import NodeItem, PortKey
from designer.canvas.items.note_item import NoteItem
from engine.design.elements import Edge

if TYPE_CHECKING:
    from designer.canvas.canvas_scene import CanvasScene

PORTS_UNTIL = m.TOLERANCE / m.SHAPES_BELOW
"""Where the pointer's tolerance is as many canvas units as this, ports are too small to be meant."""

HitKind = Literal["port", "node", "wire", "note", "grip", "canvas"]


@dataclass(frozen=True)
class Hit:
    """The thing under a point: a port or card (`node`), a wire (`edge`), a comment (`note`), or nothing."""

    kind: HitKind = "canvas"
    node: str = ""
    port: PortKey = (False, 0)
    edge: Edge | None = None
    note: str = ""


def hit_at(scene: CanvasScene, pos: QPointF, tolerance: float) -> Hit:
    """Return what lies at a point of a scene: ports before cards before wires before comments."""
    reach = max(m.PORT_REACH, tolerance)
    near = scene.items(QRectF(pos.x() - reach, pos.y() - reach, 2 * reach, 2 * reach))
    cards = [item for item in near if isinstance(item, NodeItem)]
    if not scene.simple or tolerance < PORTS_UNTIL:
        for card in cards:
            if (key := card.port_at(pos)) is not None:
                return Hit("port", node=card.node_id, port=key)
    for card in cards:
        if card.rect().contains(pos):
            return Hit("node", node=card.node_id)
    if (edge := scene.wire_at(pos, tolerance)) is not None:
        return Hit("wire", edge=edge)
    for note in (item for item in near if isinstance(item, NoteItem)):
        part = note.part_at(pos)
        if part in ("heading", "grip"):
            return Hit("grip" if part == "grip" else "note", note=note.note.id)
    return Hit()
