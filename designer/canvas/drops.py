"""What may be dropped on the canvas: a layer from the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF

from designer.canvas import metrics as m
from designer.canvas.search.entries import layer_entries
from engine.design.block_library import is_offered
from engine.design.design import Design
from engine.design.elements import Edge
from engine.design.layout import NODE_SIZE
from engine.layers.base import layers

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

LAYER_MIME = "application/x-gradloom-layer"
WIRE_REACH = 14.0


def layer_type_of(mime: QMimeData, design: Design | None = None) -> str:
    """Return the layer type, or the block of a design, that is being dragged, or "" for anything else."""
    if not mime.hasFormat(LAYER_MIME):
        return ""
    name = bytes(mime.data(LAYER_MIME).data()).decode("utf-8", errors="replace")
    known = name in layers.classes or (design is not None and is_offered(design, name))
    return name if known else ""


class DropTarget:
    """Follows a drag over the canvas, marks the wire that a layer would go into, and adds the layer."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._edge: Edge | None = None

    def follow(self, mime: QMimeData, at: QPoint) -> bool:
        """Show what a drop here would do; return whether it would do anything."""
        name = layer_type_of(mime, self._view.document.design)
        self._mark(self._wire(name, at) if name else None)
        return bool(name)

    def leave(self) -> None:
        """Forget the drag."""
        self._mark(None)

    def drop(self, mime: QMimeData, at: QPoint) -> bool:
        """Add the layer, with its card's middle where it was dropped, or in the wire there."""
        name = layer_type_of(mime, self._view.document.design)
        edge = self._wire(name, at) if name else None
        self._mark(None)
        if not name:
            return False
        if edge is not None:
            return bool(self._view.commands.insert_on_wire(name, edge))
        corner = self._view.mapToScene(at) - QPointF(NODE_SIZE[0] / 2, m.PORT_TOP)
        return bool(self._view.commands.add_layer(name, corner))

    def _wire(self, name: str, at: QPoint) -> Edge | None:
        if not any(x.payload == name and x.stands_on_wires for x in layer_entries(self._view.document)):
            return None
        scene, pos = self._view.canvas_scene, self._view.mapToScene(at)
        if any(item.rect().contains(pos) for item in scene.nodes.values()):
            return None
        return scene.wire_at(pos, WIRE_REACH * max(1.0, self._view.tolerance() / 6))

    def _mark(self, edge: Edge | None) -> None:
        wires = self._view.canvas_scene.wires
        if edge != self._edge:
            for one, on in ((self._edge, False), (edge, True)):
                if one is not None and one in wires:
                    wires[one].set_flag(hovered=on)
        self._edge = edge
