"""Which gesture a press begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from designer.canvas.connecting import End
from designer.canvas.hits import Hit
from designer.canvas.tools.cut_tool import CutTool
from designer.canvas.tools.minimap_tool import MinimapTool
from designer.canvas.tools.pan_tool import PanTool
from designer.canvas.tools.resize_note_tool import ResizeNoteTool
from designer.canvas.tools.select_tool import SelectTool
from designer.canvas.tools.tool import Pointer, Tool
from designer.canvas.tools.wire_tool import WireTool, far_end

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


def choose_tool(view: CanvasView, pointer: Pointer) -> Tool | None:
    """Return the gesture that a press at this place begins, or None for none."""
    if pointer.button == Qt.MouseButton.MiddleButton:
        return PanTool(view)
    if pointer.button != Qt.MouseButton.LeftButton:
        return None
    if view.minimap.visible and view.minimap.rect().contains(pointer.view_pos):
        return MinimapTool(view)
    if view.input.space_held:
        return PanTool(view)
    if pointer.alt and pointer.shift:
        return CutTool(view)
    hit = view.canvas_scene.hit(pointer.scene_pos, view.tolerance())
    if pointer.control and (tool := _replug(view, hit, pointer)) is not None:
        return tool
    if hit.kind == "port":
        return WireTool(view, port_end(view, hit))
    if hit.kind == "grip":
        return ResizeNoteTool(view, hit.note)
    return SelectTool(view, hit)


def port_end(view: CanvasView, hit: Hit) -> End:
    """Return the port that was hit as a wire's end."""
    output, number = hit.port
    content = view.canvas_scene.nodes[hit.node].content
    ports = content.outputs if output else content.inputs
    return End(hit.node, output, ports[number].name)


def _replug(view: CanvasView, hit: Hit, pointer: Pointer) -> Tool | None:
    """Return the gesture that takes a wire's end into the hand: at a port with a wire, or on a wire."""
    if hit.kind == "port":
        end = port_end(view, hit)
        design = view.document.design
        wires = design.outgoing(hit.node) if end.output else design.incoming(hit.node)
        here = [x for x in wires if end.port == (x.source_port if end.output else x.target_port)]
        if not here:
            return None
        edge = next((x for x in here if x in view.selection.edges), here[-1])
        fixed = (
            End(edge.target, False, edge.target_port)
            if end.output
            else End(edge.source, True, edge.source_port)
        )
        return WireTool(view, fixed, held=edge)
    if hit.edge is not None:
        return WireTool(view, far_end(view, hit.edge, pointer.scene_pos), held=hit.edge)
    return None
