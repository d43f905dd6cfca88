"""Blocks on the canvas: grouped, entered, edited and left by the hands that do everything else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.canvas.inline_editor import NameEditor
from designer.canvas.menus import context_menu
from designer.canvas.node_content import content_of
from designer.common.theme import theme
from designer.document.document import Document
from designer.document.scope import Scope
from designer.document.selection import Selection
from engine.design.block_library import library
from engine.design.flatten import flatten
from tests.designer.canvas.hands import CTRL, LEFT, NONE, SHIFT, Hands, network

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (grabbing the keyboard|raise)")


@pytest.fixture
def hands(qtbot: QtBot) -> Hands:
    """Hands on a canvas that can go into blocks."""
    theme().set_mode("dark")
    scope = Scope(Document())
    view = CanvasView(scope, Selection(scope))
    qtbot.addWidget(view)
    view.resize(1200, 700)
    view.show()
    scope.set_design(network())
    view.zoom_reset()
    view.centerOn(500, 250)
    return Hands(view)


def scope_of(hands: Hands) -> Scope:
    scope = hands.view.blocks.scope
    assert scope is not None
    return scope


def group(hands: Hands, *names: str) -> str:
    hands.view.selection.set([hands.node(name) for name in names])
    hands.key(Qt.Key.Key_G, CTRL)
    return hands.view.selection.current


def double_click(hands: Hands, at: QPointF) -> None:
    QTest.mouseDClick(hands.view.viewport(), LEFT, NONE, hands.view.mapFromScene(at))


def test_ctrl_g_makes_one_card_and_ctrl_shift_g_brings_the_layers_back(hands: Hands) -> None:
    before = hands.document.design.copy()
    block = group(hands, "second", "both")
    assert set(hands.scene.nodes) == set(hands.document.design.nodes)
    assert hands.scene.nodes[block].content.block
    assert hands.scene.nodes[block].content.settings == "2 layers"
    assert hands.document.problems == ()
    hands.key(Qt.Key.Key_G, CTRL | SHIFT)
    assert hands.document.design.nodes == before.nodes
    assert set(hands.scene.wires) == set(before.edges)
    hands.key(Qt.Key.Key_Z, CTRL)
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.document.design == before


def test_a_selection_that_would_close_a_circle_is_refused_with_the_reason(hands: Hands) -> None:
    before = hands.document.design.copy()
    group(hands, "first", "both")
    assert hands.document.design == before
    assert "second lies between first and both" in hands.view.notice.text()


@pytest.mark.parametrize("way", ["double click", "enter", "menu"])
def test_one_goes_in_by_mouse_key_and_menu_and_out_by_escape(hands: Hands, way: str) -> None:
    block = group(hands, "first", "second", "both")
    zoom, center = hands.view.zoom, hands.view.visible_rect().center()
    if way == "double click":
        double_click(hands, hands.scene.nodes[block].rect().center() + QPointF(0, 20))
    elif way == "enter":
        hands.key(Qt.Key.Key_Return)
    else:
        menu = context_menu(hands.view, hands.scene.hit(hands.scene.nodes[block].rect().center()), QPointF())
        next(a for a in menu.actions() if a.text().startswith("Enter")).trigger()
    assert scope_of(hands).path == (block,)
    assert {item.content.name for item in hands.scene.nodes.values()} == {
        "input",
        "output",
        "first",
        "second",
        "both",
    }
    bar = hands.view.blocks.bar
    assert bar is not None
    assert bar.isVisible()
    assert [step.text() for step in bar.steps] == ["hands", "Block"]
    hands.key(Qt.Key.Key_A, CTRL)
    hands.key(Qt.Key.Key_Escape)  # first lets go of what is selected
    assert scope_of(hands).path == (block,)
    hands.key(Qt.Key.Key_Escape)
    assert scope_of(hands).path == ()
    assert hands.view.selection.nodes == (block,)
    assert not bar.isVisible()
    assert hands.view.zoom == pytest.approx(zoom)
    assert (hands.view.visible_rect().center() - center).manhattanLength() < 4


def test_inside_layers_are_added_wired_and_undone_as_outside(hands: Hands) -> None:
    block = group(hands, "first", "second", "both")
    before = scope_of(hands).root.design.copy()
    hands.view.blocks.enter(block)
    node = hands.view.commands.insert_on_wire("BatchNormalization", hands.edge("first", "second"))
    assert node in hands.scene.nodes
    assert [n.type for n in scope_of(hands).root.design.blocks["block"].nodes].count(
        "BatchNormalization"
    ) == 1
    assert hands.document.problems == ()
    hands.key(Qt.Key.Key_Delete, CTRL)
    assert hands.has_edge("first", "second")
    hands.view.blocks.leave()
    hands.key(Qt.Key.Key_Z, CTRL)
    assert scope_of(hands).path == (block,)  # undo leads to what it changed
    hands.key(Qt.Key.Key_Z, CTRL)
    assert scope_of(hands).root.design == before


def test_a_new_port_shows_outside_and_its_name_is_that_of_the_node(hands: Hands) -> None:
    block = group(hands, "first", "second", "both")
    hands.view.blocks.enter(block)
    node = hands.view.add_layer("BlockInput", QPointF(0, 400))
    hands.view.edit.rename(node, "side")
    hands.view.blocks.leave()
    assert [port.name for port in hands.scene.nodes[block].content.inputs] == ["input", "side"]


def test_a_built_in_block_is_dropped_on_a_wire_and_fits_what_flows_there(hands: Hands) -> None:
    edge = hands.edge("first", "second")
    start, stop = hands.scene.nodes[edge.source].rect(), hands.scene.nodes[edge.target].rect()
    hands.drop(
        "library/residual_convolution_block", QPointF((start.right() + stop.left()) / 2, start.top() + 40)
    )
    assert hands.document.problems == ()
    (name,) = hands.document.design.blocks
    assert name == "residual_convolution_block"
    flat = flatten(scope_of(hands).root.design).design
    filters = {n.layer.to_data()["filters"] for n in flat.nodes.values() if n.id.startswith("residual")
               and n.type == "Conv2D"}  # fmt: skip
    assert filters == {4}
    assert hands.document.undo_stack.count() == 1
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.document.design.blocks == {}


def test_search_offers_blocks_and_inside_ports_but_no_input(hands: Hands) -> None:
    def titles() -> set[str]:
        hands.view.open_search(QPointF(0, 500))
        popup = hands.view.popups.search
        assert popup is not None
        found = {entry.title for entry in popup.model.shown}
        popup.close()
        return found

    outside = titles()
    assert {entry.block.name for entry in library().values()} <= outside
    assert "Input" in outside
    assert "BlockInput" not in outside
    hands.view.blocks.enter(group(hands, "first", "second", "both"))
    inside = titles()
    assert {"BlockInput", "BlockOutput"} <= inside
    assert not {"Input", "Output", "Block"} & inside


def test_the_bar_renames_the_block_and_makes_one_its_own(hands: Hands) -> None:
    block = group(hands, "first", "second", "both")
    hands.key(Qt.Key.Key_D, CTRL)
    root = scope_of(hands).root
    assert root.design.users_of("block") == 2
    hands.view.blocks.enter(block)
    bar = hands.view.blocks.bar
    assert bar is not None
    hands.view.popups.edit_block_name("block", bar.steps[-1])
    editor = hands.view.findChild(NameEditor)
    assert editor is not None
    QTest.keyClicks(editor, "Stage")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert root.design.blocks["block"].name == "Stage"
    scope_of(hands).make_own()
    assert [step.text() for step in bar.steps] == ["hands", "Stage 2"]
    assert (root.design.users_of("block"), root.design.users_of("stage_2")) == (1, 1)
    hands.key(Qt.Key.Key_Z, CTRL)
    assert root.design.users_of("block") == 2


def test_blocks_go_through_the_clipboard_with_what_they_need(hands: Hands, qtbot: QtBot) -> None:
    inner = group(hands, "second", "both")
    outer = group(hands, "first", scope_of(hands).design.nodes[inner].name)
    hands.key(Qt.Key.Key_C, CTRL)
    other = Scope(Document())
    view = CanvasView(other, Selection(other))
    qtbot.addWidget(view)
    view.edit.paste((0.0, 0.0))
    assert set(other.design.blocks) == {"block", "block_2"}
    assert [node.type for node in other.design.nodes.values()] == ["Block"]
    hands.view.edit.paste()
    assert set(scope_of(hands).root.design.blocks) == {"block", "block_2"}  # alike: used again
    assert scope_of(hands).root.design.users_of("block_2") == 2
    assert outer


def test_what_is_wrong_inside_marks_the_block_and_says_where(hands: Hands) -> None:
    block = group(hands, "first", "second", "both")
    hands.view.blocks.enter(block)
    hands.view.commands.remove_wires([hands.edge("first", "second")])
    assert content_of(hands.document, hands.node("second")).problem == "error"
    hands.view.blocks.leave()
    assert hands.scene.nodes[block].content.problem == "error"
    problem = next(p for p in hands.document.problems if p.node == block)
    assert problem.inside == ("conv2d_2",)
