"""Transfer learning in the window: weights from a file and a new head, each one step of undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import engine
from designer.app import Application
from designer.window.import_dialog import ImportDialog
from designer.window.transfer_dialog import TransferDialog
from engine.export import export
from tests.app.test_application import dispose, make
from tests.app.test_bad_input import Listener


@pytest.fixture
def application(tmp_path: Path, qtbot: QtBot) -> Iterator[Application]:
    made = make(tmp_path, qtbot)
    made.file_commands.open_template("iris")
    yield made
    dispose(made)


def weights_file(application: Application, folder: Path, **changes: np.ndarray) -> Path:
    weights = dict(engine.compile(application.document.design, seed=99).weights) | changes
    path = folder / "weights.npz"
    export(application.document.design, weights, path)
    return path


def test_an_import_shows_its_table_first_and_is_one_step_of_undo(
    application: Application, tmp_path: Path
) -> None:
    kept, stack = application.session.weights, application.document.undo_stack
    path = weights_file(application, tmp_path, extra=np.zeros(3))
    application.transfer_commands.show_file(str(path))
    dialog = application.window.findChild(ImportDialog)
    assert not kept, "nothing is changed before it is confirmed"
    rows = [dialog.table.topLevelItem(row) for row in range(dialog.table.topLevelItemCount())]
    assert [row.text(4)[0] for row in rows] == ["✓"] * (len(rows) - 1) + ["–"]
    first = rows[0].text(0)
    rows[0].setCheckState(0, Qt.CheckState.Unchecked)
    assert len(dialog.selected()) == len(rows) - 2
    dialog.apply.click()
    assert first not in kept.start
    assert len(kept.start) == len(rows) - 2
    assert stack.count() == 1
    stack.undo()
    assert not kept
    assert not kept.start
    stack.redo()
    assert len(kept.start) == len(rows) - 2


def test_a_file_that_is_none_is_told_and_changes_nothing(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"nothing of the kind")
    told = application.files.prompts = Listener()
    application.transfer_commands.show_file(str(path))
    assert "weights.safetensors" in told.failures[0]
    assert application.window.findChild(ImportDialog) is None
    assert application.document.undo_stack.count() == 0


def test_a_new_head_keeps_the_rest_frozen_as_it_was_learnt(application: Application, tmp_path: Path) -> None:
    design, kept = application.document.design, application.session.weights
    learnt = dict(engine.compile(design, seed=5).weights)
    kept.put(learnt)
    before = design.copy()
    application.window.commands["transfer"].trigger()
    dialog = application.window.findChild(TransferDialog)
    dialog.units.setValue(7)
    dialog.apply.click()
    frozen = [node for node in application.document.design.nodes.values() if node.frozen]
    assert frozen
    start = kept.start
    assert {name.split("/")[0] for name in start} == {node.name for node in frozen}
    for name, array in start.items():
        assert np.array_equal(array, learnt[name])
    network = engine.compile(application.document.design)
    network.load_weights(start)
    application.document.undo_stack.undo()
    assert application.document.design == before
    assert kept.start.keys() == learnt.keys()
    application.document.undo_stack.redo()
    application.window.commands["unfreeze"].trigger()
    assert not any(node.frozen for node in application.document.design.nodes.values())


def test_the_template_comes_with_what_was_learnt(application: Application) -> None:
    application.file_commands.open_template("transfer")
    assert {name.split("/")[0] for name in application.session.weights.start} == {"edges", "strokes"}
    assert application.window.commands["unfreeze"].isEnabled()
