"""The outline's menu: every command on a layer, for those who work without the canvas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from designer.common.icons import icon
from designer.document import editing
from engine.core.errors import GradloomError
from engine.design.block_library import offers
from engine.design.blocks import BlockLayer
from engine.design.elements import Edge
from engine.layers.base import layers

if TYPE_CHECKING:
    from designer.outline.outline_panel import OutlinePanel


def outline_menu(panel: OutlinePanel, node_id: str) -> QMenu:
    """Return the menu for a layer ("" for the empty outline), as a child of the panel."""
    menu = QMenu(panel)
    if not node_id:
        _layers_menu(panel, menu, "Add a layer", "")
        return menu
    node = panel.document.design.nodes[node_id]
    problems = panel.document.problems_at(node_id)
    cures = {repair.label: repair for problem in problems for repair in problem.repairs}
    for cure in cures.values():
        _add(menu, cure.label, "insert", "", partial(panel.push, cure.label, cure.edits))
    if cures:
        menu.addSeparator()
    _add(menu, "Rename", "rename", "F2", panel.rename)
    if node.layer.OUTPUTS:
        _layers_menu(panel, menu, "Add a layer after it", node_id)
        _connect_menu(panel, menu, node_id)
    _disconnect_menu(panel, menu, node_id)
    _add(menu, "Move up", "chevron-up", "Alt+Up", panel.move_up)
    _add(menu, "Move down", "chevron-down", "Alt+Down", panel.move_down)
    menu.addSeparator()
    _add(menu, "Group into a block", "group", "Ctrl+G", panel.edit.group)
    if isinstance(node.layer, BlockLayer):
        _add(menu, "Ungroup", "ungroup", "Ctrl+Shift+G", panel.edit.ungroup)
        if panel.document.design.users_of(node.layer.block) > 1:
            _add(menu, "Make it a block of its own", "duplicate", "", panel.edit.make_own)
    menu.addSeparator()
    _add(menu, "Thaw" if node.frozen else "Freeze", "freeze", "Ctrl+L", panel.edit.toggle_frozen)
    _add(menu, "Take in again" if node.bypassed else "Bypass", "bypass", "Ctrl+B", panel.edit.toggle_bypassed)
    menu.addSeparator()
    _add(menu, "Cut", "cut", "Ctrl+X", panel.edit.cut)
    _add(menu, "Copy", "copy", "Ctrl+C", panel.edit.copy)
    _add(menu, "Duplicate", "duplicate", "Ctrl+D", panel.edit.duplicate)
    _add(menu, "Delete", "delete", "Del", panel.edit.delete)
    _add(menu, "Delete and join", "delete", "Ctrl+Del", panel.edit.delete_and_join)
    menu.addSeparator()
    _add(menu, "Show on the canvas", "fit", "Return", lambda: panel.node_activated.emit(node_id))
    _add(menu, f"Help on {node.type}", "help", "F1", lambda: panel.help_requested.emit(node.type))
    return menu


def targets(panel: OutlinePanel, node_id: str) -> list[tuple[str, Edge]]:
    """Return what a layer may be connected to: (words for a menu, the wire)."""
    design, found = panel.document.design, []
    for port in design.nodes[node_id].layer.OUTPUTS:
        for other in design.nodes.values():
            for entry in other.layer.INPUTS:
                edge = Edge(source=node_id, source_port=port.name, target=other.id, target_port=entry.name)
                if edge in design.edges:
                    continue
                try:
                    edits = editing.connection(design, edge, panel.document.inference)
                except GradloomError:
                    continue
                several = len(other.layer.INPUTS) > 1
                words = f"{other.name} · {entry.name}" if several else other.name
                found.append((f"{words}, in place of its source" if len(edits) > 1 else words, edge))
    return found


def _connect_menu(panel: OutlinePanel, menu: QMenu, node_id: str) -> None:
    choices = targets(panel, node_id)
    part = menu.addMenu(icon("wire"), "Connect to")
    part.setEnabled(bool(choices))
    for words, edge in choices:
        part.addAction(words, partial(panel.draw_wire, edge))


def _disconnect_menu(panel: OutlinePanel, menu: QMenu, node_id: str) -> None:
    design = panel.document.design
    wires = [*design.incoming(node_id), *design.outgoing(node_id)]
    if not wires:
        return
    part = menu.addMenu(icon("cut"), "Disconnect")
    for edge in wires:
        source, target = design.nodes[edge.source].name, design.nodes[edge.target].name
        words = f"from {source}" if edge.target == node_id else f"from {target}, which it feeds"
        part.addAction(words, partial(panel.remove_wire, edge))


def _layers_menu(panel: OutlinePanel, menu: QMenu, title: str, after: str) -> None:
    part = menu.addMenu(icon("plus"), title)
    categories: dict[str, QMenu] = {}
    for name, kind in layers.classes.items():
        if after and not kind.INPUTS:
            continue
        if kind.CATEGORY not in categories:
            categories[kind.CATEGORY] = part.addMenu(kind.CATEGORY)
        categories[kind.CATEGORY].addAction(name, partial(panel.add_layer, name, after))
    blocks = part.addMenu("Blocks")
    for offer in offers(panel.document.design):
        if offer.enters or not after:
            blocks.addAction(offer.title, partial(panel.add_layer, offer.name, after))


def _add(menu: QMenu, text: str, sign: str, keys: str, call: Callable[..., object]) -> QAction:
    action = QAction(icon(sign), text, menu)
    if keys:
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        action.setText(f"{text}\t{shown}")  # the tree itself answers to the key
    action.triggered.connect(lambda _checked=False: call())
    menu.addAction(action)
    return action
