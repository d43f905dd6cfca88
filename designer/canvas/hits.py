"""What lies under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from designer.canvas.items.node_item import PortKey
from engine.design.elements import Edge

HitKind = Literal["port", "node", "wire", "note", "grip", "canvas"]


@dataclass(frozen=True)
class Hit:
    """The thing under a point: a port or card (`node`), a wire (`edge`), a comment (`note`), or nothing."""

    kind: HitKind = "canvas"
    node: str = ""
    port: PortKey = (False, 0)
    edge: Edge | None = None
    note: str = ""
