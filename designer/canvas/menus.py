"""The context menus: of a card, a wire, a comment, the canvas. They offer what can be done there, and the cures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from designer.canvas.hits import Hit
from designer.common.icons import icon
from designer.document.clipboard import clipboard_may_hold_layers
from designer.document.sharing import sharing_candidates
from engine.core.problems import Repair
from engine.design.elements import Edge

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

MOST_OWNERS = 24
"""Layers offered in the menu; the inspector offers all."""


def context_menu(view: CanvasView, hit: Hit, at: QPointF) -> QMenu:
    """Return the menu for what was hit, as a child of the view."""
    menu = QMenu(view)
    menu.setToolTipsVisible(True)
    if hit.node:
        _node_menu(view, menu, hit.node)
    elif hit.edge is not None:
        _wire_menu(view, menu, hit.edge, at)
    elif hit.note:
        note_id = hit.note
        _add(menu, "Edit text", "rename", "F2", lambda: view.edit_note(note_id))
        _edit_actions(view, menu)
    else:
        _canvas_menu(view, menu, at)
    return menu


def cure_menu(view: CanvasView, cures: list[Repair], connect: Callable[[], None] | None = None) -> QMenu:
    """Return the menu that offers what would make a refused wire fit."""
    menu = QMenu(view)
    for cure in cures:
        _add_cure(view, menu, cure)
    if connect is not None:
        menu.addSeparator()
        _add(menu, "Connect anyway", "wire", "", connect)
    return menu


def _node_menu(view: CanvasView, menu: QMenu, node_id: str) -> None:
    node = view.document.design.nodes[node_id]
    problems = view.document.problems_at(node_id)
    cures = {repair.label: repair for problem in problems for repair in problem.repairs}
    for cure in cures.values():
        _add_cure(view, menu, cure)
    if cures:
        menu.addSeparator()
    if view.blocks.can_enter(node_id):
        _block_actions(view, menu, node_id)
    _add(menu, "Rename", "rename", "F2", view.rename)
    if node.layer.OUTPUTS:
        _add(menu, "Connect to…", "wire", "W", view.connect_from_selection)
    frozen = all(view.document.design.nodes[n].frozen for n in view.selection.nodes)
    bypassed = all(view.document.design.nodes[n].bypassed for n in view.selection.nodes)
    _add(menu, "Thaw" if frozen else "Freeze", "freeze", "Ctrl+L", view.edit.toggle_frozen)
    _add(menu, "Take in again" if bypassed else "Bypass", "bypass", "Ctrl+B", view.edit.toggle_bypassed)
    _sharing_entries(view, menu, node_id)
    _add(menu, "Frame with a comment", "comment", "C", view.add_note)
    _add(menu, "Group into a block", "group", "Ctrl+G", view.edit.group)
    menu.addSeparator()
    _edit_actions(view, menu)
    if view.document.design.outgoing(node_id) and view.document.design.incoming(node_id):
        _add(menu, "Delete and join", "delete", "Ctrl+Delete", view.edit.delete_and_join)
    menu.addSeparator()
    kind = node.type
    _add(menu, f"Help on {kind}", "help", "F1", lambda: view.help_requested.emit(kind))


def _sharing_entries(view: CanvasView, menu: QMenu, node_id: str) -> None:
    """Offer the layers whose weights this one could use, and to stop using another's."""
    design, parameters = view.document.design, view.document.inference.parameters
    node = design.nodes[node_id]
    offered = [other for other in sharing_candidates(design, node, parameters) if other.id != node.shares]
    if offered and len(view.selection.nodes) == 1:
        inner = menu.addMenu(icon("link"), "Share weights with")
        for other in offered[:MOST_OWNERS]:
            inner.addAction(other.name, partial(view.edit.share_weights, other.id))
    if any(design.nodes[chosen].shares for chosen in view.selection.nodes):
        _add(menu, "Stop sharing weights", "unlink", "", view.edit.stop_sharing)


def _block_actions(view: CanvasView, menu: QMenu, node_id: str) -> None:
    _add(menu, "Enter the block", "fit", "Return", lambda: view.blocks.enter(node_id))
    _add(menu, "Ungroup", "ungroup", "Ctrl+Shift+G", view.edit.ungroup)
    layer = view.document.design.nodes[node_id].layer
    if view.document.design.users_of(getattr(layer, "block", "")) > 1:
        _add(menu, "Make it a block of its own", "duplicate", "", view.edit.make_own)
    menu.addSeparator()


def _wire_menu(view: CanvasView, menu: QMenu, edge: Edge, at: QPointF) -> None:
    for problem in view.document.problems_at(edge.target):
        if problem.code == "shape":
            for cure in problem.repairs:
                _add_cure(view, menu, cure)
    if menu.actions():
        menu.addSeparator()
    _add(menu, "Insert a layer…", "insert", "", lambda: view.open_search(at, wire=edge))
    source, target = edge.source, edge.target
    _add(menu, "Go to its source", "chevron-left", "", lambda: view.go_to(source))
    _add(menu, "Go to its target", "chevron-right", "", lambda: view.go_to(target))
    menu.addSeparator()
    _add(menu, "Remove the wire", "delete", "Del", lambda: view.commands.remove_wires([edge]))


def _canvas_menu(view: CanvasView, menu: QMenu, at: QPointF) -> None:
    _add(menu, "Add a layer…", "plus", "Tab", lambda: view.open_search(at))
    _add(menu, "Add a comment", "comment", "C", view.add_note)
    paste = _add(menu, "Paste", "paste", "Ctrl+V", lambda: view.paste(at))
    paste.setEnabled(clipboard_may_hold_layers())
    menu.addSeparator()
    if view.blocks.inside:
        _add(menu, "Leave the block", "chevron-left", "Esc", view.blocks.leave)
        menu.addSeparator()
    nothing = not view.document.design.nodes
    for text, sign, key, call in (
        ("Select all", "select-all", "Ctrl+A", view.edit.select_all),
        ("Lay out", "layout", "L", view.layout),
        ("Show everything", "fit", "Home", view.fit_all),
    ):
        _add(menu, text, sign, key, call).setDisabled(nothing)


def _edit_actions(view: CanvasView, menu: QMenu) -> None:
    _add(menu, "Cut", "cut", "Ctrl+X", view.edit.cut)
    _add(menu, "Copy", "copy", "Ctrl+C", view.edit.copy)
    _add(menu, "Duplicate", "duplicate", "Ctrl+D", view.edit.duplicate)
    _add(menu, "Delete", "delete", "Del", view.edit.delete)


def _add_cure(view: CanvasView, menu: QMenu, cure: Repair) -> None:
    _add(menu, cure.label, "insert", "", lambda: view.commands.apply_repair(cure))


def _add(menu: QMenu, text: str, sign: str, keys: str, call: Callable[[], object]) -> QAction:
    action = QAction(icon(sign), text, menu)
    action.setIconVisibleInMenu(True)
    if keys:
        # Shown for learning; the canvas itself answers to the key.
        action.setText(f"{text}\t{QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)}")
    action.triggered.connect(lambda _checked=False: call())
    menu.addAction(action)
    return action
