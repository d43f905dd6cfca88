"""Blocks in the whole window: grouped, entered, trained; what training finds is shown inside and outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.app import Application
from designer.canvas.badges import Badge
from engine.design import edits as e
from engine.training.archive import load_archive
from engine.training.finding import Finding
from tests.app.test_application import dispose, make

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support .*")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def application(tmp_path: Path, qtbot: QtBot) -> Iterator[Application]:
    made = make(tmp_path, qtbot)
    made.file_commands.open_template("residual")
    yield made
    dispose(made)


def test_the_commands_of_the_menu_group_enter_leave_and_ungroup(application: Application) -> None:
    scope, commands = application.scope, application.window.commands
    before = application.document.design.copy()
    assert not commands["group"].isEnabled()
    ids = [scope.design.node_named(name).id for name in ("stem", "block_1")]
    application.selection.set(ids)
    assert commands["ungroup"].isEnabled()
    commands["group"].trigger()
    assert [node.name for node in scope.design.nodes.values()][1] == "block_1"
    commands["enter_block"].trigger()
    assert len(scope.path) == 1
    assert scope.path == application.document.place
    assert commands["leave_block"].isEnabled()
    commands["leave_block"].trigger()
    commands["ungroup"].trigger()
    assert application.document.design.blocks.keys() == before.blocks.keys()
    assert {n.name for n in application.document.design.nodes.values()} == {
        n.name for n in before.nodes.values()
    }
    assert application.document.problems == ()


def test_the_outline_shows_what_is_inside_and_leads_there(application: Application) -> None:
    model, tree = application.outline.model, application.outline.tree
    top = model.index_of(("residual_block_1",))
    assert model.rowCount(top) == 9
    inner = model.index_of(("residual_block_1", "conv2d_2"))
    assert model.data(inner) == "conv_a"
    assert model.parent(inner) == top
    tree.expand(top)
    tree.activated.emit(inner)
    assert application.scope.path == ("residual_block_1",)
    assert application.selection.nodes == ("conv2d_2",)
    assert application.outline.model.rowCount() == 9


def test_the_inspector_renames_the_block_and_leads_in(application: Application) -> None:
    application.selection.set(["residual_block_1"])
    section = application.inspector.node_page.block
    assert not section.isHidden()
    assert "used 2 times" in section.facts.text()
    section.name.setText("Stage")
    section.name.committed.emit("Stage")
    assert application.document.design.blocks["residual_block"].name == "Stage"
    titles = [entry.title for entry in application.palette._entries["layer"]]
    assert "Stage" in titles
    section.own.click()
    assert application.document.design.users_of("residual_block") == 1
    section.enter.click()
    assert application.scope.path == ("residual_block_1",)
    assert application.inspector.block_page.section.name.text() == "Stage 2"
    application.document.undo_stack.undo()
    application.document.undo_stack.undo()
    assert application.document.design.blocks["residual_block"].name == "Residual block"


def test_a_block_that_nothing_uses_can_be_removed_in_the_palette(application: Application) -> None:
    menu = application.palette.block_menu("residual_block")
    assert not menu.actions()[0].isEnabled()
    gone = [n for n in application.scope.design.nodes if n.startswith("residual_block")]
    application.document.push("Remove", application.document.design.removal(gone))
    application.palette.block_menu("residual_block").actions()[0].trigger()
    assert application.document.design.blocks == {}


def test_what_is_found_inside_is_shown_on_the_card_and_is_cured_in_the_block(
    application: Application,
) -> None:
    node_id = "residual_block_2/conv2d_2"
    finding = Finding(
        node=node_id, kind="dead", severity="warning", message="Units of it are dead: none learns."
    )
    application.session.record.findings = (finding,)
    application.session.findings_changed.emit()
    scene = application.canvas.canvas_scene
    assert [b.tone for b in scene.nodes["residual_block_2"].badges] == ["warning"]
    assert not scene.nodes["residual_block_1"].badges
    application.live.go_to(node_id)
    assert application.scope.path == ("residual_block_2",)
    assert scene.nodes["conv2d_2"].badges
    application.inspector.refresh()
    card = application.inspector.node_page.cards.frames[0]
    cure = next(r for r in card.content.repairs if "Leaky" in r.label)
    application.inspector.node_page.cards._on_repair_requested(cure)
    block = application.document.design.blocks["residual_block"]
    changed = next(n for n in block.nodes if n.id == "conv2d_2")
    assert changed.layer.to_data()["activation"] == "leaky_relu"
    assert application.document.undo_stack.count() == 1


def test_gradients_are_painted_on_the_wires_as_they_are_drawn(application: Application) -> None:
    flat = application.flat.design
    application.live.set_edge_gradients({edge: 10.0 ** -(i % 5) for i, edge in enumerate(flat.edges)})
    scene = application.canvas.canvas_scene
    assert scene.gradients is not None
    assert set(scene.gradients) == set(application.document.design.edges)
    application.canvas.blocks.enter("residual_block_1")
    assert set(scene.gradients or ()) == set(application.scope.design.edges)
    application.live.set_edge_gradients(None)
    assert scene.gradients is None


def test_a_badge_of_a_layer_is_gone_with_the_design(application: Application) -> None:
    application.live.set_badges({"residual_block_1/conv2d_2": Badge("31 % dead")})
    application.file_commands.open_template("xor")
    assert not any(item.badges for item in application.canvas.canvas_scene.nodes.values())


def test_a_network_of_blocks_is_trained_saved_and_opened_again(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    training = application.document.design.training.replace(epochs=1)
    application.document.push("Set epochs", [e.SetSection("training", training)])
    with qtbot.waitSignal(application.session.finished, timeout=30_000):
        application.session.train()
    names = set(application.session.weights.by_name())
    assert {"block_1/conv_a/kernel", "block_2/conv_a/kernel"} <= names
    assert application.session.weights.stale_nodes == frozenset()
    application.selection.set(["residual_block_2"])
    assert application.flat_selection.current == "residual_block_2/conv2d_2"
    assert application.session.latest_parameter("residual_block_2/conv2d_2", "kernel") is not None
    path = tmp_path / "blocks.gradloom"
    assert application.files.save_as(path)
    kept = load_archive(path).weights
    assert kept is not None
    assert set(kept) == names
    state = application.session.weights.run_state
    application.selection.set(["residual_block_1", "residual_block_2"])
    application.window.commands["group"].trigger()
    moved = application.session.weights.by_name()
    assert {"block_1/block_1/conv_a/kernel", "block_1/block_2/conv_a/kernel"} <= set(moved)
    assert application.session.weights.stale_nodes == frozenset()
    assert application.session.weights.run_state is None
    application.document.undo_stack.undo()
    assert application.session.weights.run_state is state
    assert set(application.session.weights.by_name()) == names
    application.file_commands.open_template("xor")
    assert application.files.open(path)
    assert application.session.weights.run_state is not None
    assert application.session.weights.stale_nodes == frozenset()
    again = application.session.weights.by_name()
    assert all(np.array_equal(again[name], kept[name]) for name in names)


def test_return_enters_on_the_canvas(application: Application) -> None:
    application.canvas.setFocus()
    application.selection.set(["residual_block_1"])
    QTest.keyClick(application.canvas, Qt.Key.Key_Return)
    assert application.scope.path == ("residual_block_1",)


def test_the_picture_of_the_file_shows_the_design_wherever_one_stands(application: Application) -> None:
    def size() -> QSize:
        return QImage.fromData(application.file_commands.thumbnail() or b"").size()

    outside, picture = size(), application.file_commands.picture(1.0).size()
    application.canvas.blocks.enter("residual_block_1")
    assert application.file_commands.picture(1.0).size() != picture
    assert size() == outside
    application.document.push("Name", [e.SetSection("name", "other")])
    application.canvas.blocks.leave()
    application.document.undo_stack.undo()
    assert application.scope.path == ()  # the name is seen from everywhere
