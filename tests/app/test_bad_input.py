"""What a person does wrong, and what breaks: a clear message where it belongs, nothing lost, nothing crashed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from designer.app import Application
from designer.document.prompts import RecoveryChoice
from designer.document.recovery import RecoveredDesign
from designer.window.quiet_prompts import QuietPrompts
from engine.data.settings import DataSettings
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge
from engine.training.archive import load_archive
from tests.app.test_application import dispose, make
from tests.designer.canvas.hands import Hands

SECONDS = 30_000


class Listener(QuietPrompts):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def failed(self, title: str, message: str) -> None:
        self.failures.append(f"{title}. {message}")


@pytest.fixture
def application(tmp_path: Path, qtbot: QtBot) -> Iterator[Application]:
    made = make(tmp_path, qtbot)
    made.files.prompts = Listener()
    yield made
    dispose(made)


def failures(application: Application) -> list[str]:
    prompts: Any = application.files.prompts
    return list(prompts.failures)


def errors(application: Application) -> dict[str, str]:
    """Return what keeps the design from being trained, by node name."""
    nodes = application.document.design.nodes
    return {nodes[p.node].name: p.message for p in application.document.problems if p.severity == "error"}


def set_training(application: Application, **changes: Any) -> None:
    settings = application.document.design.training.replace(**changes)
    application.document.push("Change training", [e.SetSection("training", settings)])


def fail(application: Application, qtbot: QtBot) -> tuple[str, str]:
    """Press Train, wait until it fails, and return the message and the node."""
    with qtbot.waitSignal(application.session.failed, timeout=SECONDS) as failed:
        application.window.commands["train"].trigger()
    assert application.session.state == "failed"
    assert application.window.messages.text == failed.args[0]
    message, node = failed.args
    return message, node


def train_for_a_while(application: Application, qtbot: QtBot) -> None:
    set_training(application, epochs=100_000)
    application.window.commands["train"].trigger()
    qtbot.waitUntil(lambda: application.session.progress.epoch > 2, timeout=SECONDS)


def chain() -> Design:
    design = Design("chain")
    first = design.add("Input", shape=(4,), position=(0.0, 96.0))
    second = design.add("Dense", first, units=4, position=(272.0, 96.0))
    third = design.add("Dense", second, units=4, position=(544.0, 96.0))
    design.add("Output", third, loss="mean_squared_error", position=(816.0, 96.0))
    return design


# ---------------------------------------------------------------------- the drawing


def test_a_wire_that_closes_a_cycle_is_refused_and_says_why(application: Application) -> None:
    application.files.new(chain())
    application.canvas.fit_all()
    before = application.document.design.copy()
    hands = Hands(application.canvas)
    hands.press(hands.port("dense_2", output=True))
    hands.move(hands.port("dense_1", output=False))
    tool: Any = application.canvas.input.tool
    assert "closes a cycle" in tool._item.label
    hands.release(hands.port("dense_1", output=False))
    assert application.document.design == before


def test_a_file_that_holds_a_cycle_opens_with_the_fault_marked(
    application: Application, tmp_path: Path
) -> None:
    path = tmp_path / "cycle.json"
    application.files.new(chain())
    application.files.save_as(path)
    text = path.read_text().replace('"source": "input_1", ', '"source": "dense_2", ')
    other = tmp_path / "other.json"
    other.write_text(text)
    assert application.files.open(other)
    assert list(errors(application).values()) == [
        "The wires go round in a circle: dense_2 → dense_1 → dense_2. Cut one of them."
    ]
    application.window.commands["train"].trigger()
    assert "round in a circle" in application.window.messages.text
    assert application.session.state == "idle"


def test_a_missing_wire_is_told_at_its_layer(application: Application) -> None:
    application.files.new(chain())
    application.document.push("Cut", [e.RemoveEdge(Edge("dense_1", "dense_2"))])
    assert "has no input" in errors(application)["dense_2"]
    application.window.commands["train"].trigger()
    assert "dense_2" in application.window.messages.text
    assert application.session.state == "idle"


def test_shapes_that_do_not_fit_are_told_at_the_layer(application: Application) -> None:
    design = Design("mismatch")
    source = design.add("Input", shape=(4,))
    wide, narrow = design.add("Dense", source, units=5), design.add("Dense", source, units=3)
    design.add("Output", design.add("Add", [wide, narrow]), loss="mean_squared_error")
    application.files.new(design)
    assert "Received: 5 and 3." in errors(application)["add_1"]
    application.selection.set(["add_1"])
    cure = next(b for b in application.inspector.findChildren(QPushButton) if "Insert Dense" in b.text())
    cure.click()
    assert not errors(application)
    application.window.commands["undo"].trigger()
    assert "add_1" in errors(application)


# ---------------------------------------------------------------------- settings


def test_a_thousand_million_units_are_refused_before_any_memory_is_asked_for(
    application: Application, qtbot: QtBot
) -> None:
    application.file_commands.open_template("digits-mlp")
    nodes = application.document.design.nodes
    node = next(node for node in nodes.values() if node.type == "Dense")
    application.selection.set([node.id])
    units: Any = node.layer
    field = next(f for f in application.inspector.findChildren(QLineEdit) if f.text() == str(units.units))

    def enter(text: str) -> None:
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    for text in ("-3", "0", "2.5", "many"):
        enter(text)
        assert nodes[node.id].layer == node.layer, text
        shown = [label.text() for label in application.inspector.findChildren(QLabel) if label.isVisible()]
        assert any(f"Received: {text}" in words for words in shown), text
    enter("1000000000")
    assert "GiB" in errors(application)[node.name]
    application.window.commands["train"].trigger()
    assert "GiB" in application.window.messages.text
    application.window.commands["undo"].trigger()
    assert not errors(application)


def test_a_batch_that_no_memory_holds_ends_the_run_with_words(application: Application, qtbot: QtBot) -> None:
    design = Design("huge")
    node = design.add("Input", shape=(8, 8, 1))
    node = design.add("Conv2D", node, filters=500_000, kernel_size=(1, 1))
    node = design.add("GlobalAveragePooling2D", node)
    node = design.add("Dense", node, units=10, activation="softmax")
    design.add("Output", node, loss="categorical_crossentropy")
    design.data = DataSettings(source="digits")
    design.training = design.training.replace(batch_size=1600)
    application.files.new(design)
    if not (told := " ".join(errors(application).values())):
        told, _ = fail(application, qtbot)
    assert "memory" in told or "GiB" in told
    assert application.document.design.nodes


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_learning_rate_of_1e30_stops_the_run_and_keeps_good_weights(
    application: Application, qtbot: QtBot, from_the_start: bool
) -> None:
    application.file_commands.open_template("digits-mlp")
    if from_the_start:
        set_training(application, optimizer={"name": "sgd", "learning_rate": 1e30})
        message, node = fail(application, qtbot)
    else:
        train_for_a_while(application, qtbot)
        with qtbot.waitSignal(application.session.failed, timeout=SECONDS) as failed:
            application.session.set_learning_rate(1e30)
        message, node = failed.args
    assert "not a finite number in epoch" in message
    assert "learning rate was 1e+30" in message
    assert "were kept" in message
    assert node in application.document.design.nodes
    assert application.session.node_marks()[node].severity == "error"
    weights = application.session.weights.by_name()
    assert weights
    assert all(np.isfinite(array).all() for array in weights.values())
    assert application.window.commands["train"].isEnabled()


# ---------------------------------------------------------------------- data

TABLES = {
    "nan": ("a,b,kind\n1,2,x\nnan,3,y\n4,5,x\n", ("nan.csv", "line 3", "column 'a'", "missing")),
    "ragged": ("a,b,kind\n1,2,x\n3,y\n4,5,x\n", ("ragged.csv", "line 3", "2 fields", "3")),
    "empty": ("", ("empty.csv", "empty")),
    "binary": ("a,b\0\1\2\n", ("binary.csv", "NUL byte")),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_a_fault_is_told_in_the_data_panel_and_by_train(
    application: Application, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    content, words = TABLES[name]
    path = tmp_path / f"{name}.csv"
    path.write_text(content)
    application.file_commands.open_template("iris")
    application.window.show_panel("data")
    application.data.use_source(str(path))

    def shown() -> str:
        labels = application.data.findChildren(QLabel)
        return " ".join(label.text() for label in labels if label.isVisible() and "▲" in label.text())

    qtbot.waitUntil(lambda: bool(shown()), timeout=SECONDS)
    assert all(word in shown() for word in words), shown()
    message, _ = fail(application, qtbot)
    assert all(word in message for word in words), message


def test_a_column_of_texts_as_feature_is_encoded_and_says_so(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = [f"{n},{'red' if n % 2 else 'blue'},{'yes' if n % 3 else 'no'}" for n in range(30)]
    (tmp_path / "fruit.csv").write_text("\n".join(["size,colour,ripe", *rows]) + "\n")
    application.file_commands.open_template("iris")
    application.window.show_panel("data")
    settings = DataSettings(source=str(tmp_path / "fruit.csv"), features=("size", "colour"), target=("ripe",))
    application.document.push("Choose data", [e.SetSection("data", settings)])

    def shown() -> str:
        return " ".join(label.text() for label in application.data.findChildren(QLabel) if label.isVisible())

    qtbot.waitUntil(lambda: "one-hot encoded: blue, red" in shown(), timeout=SECONDS)
    message, node = fail(application, qtbot)
    assert "the data's are 3" in message
    assert application.document.design.nodes[node].type == "Input"


# ---------------------------------------------------------------------- files


def other_programs_file(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<text/>")


def test_a_file_that_is_none_is_refused_and_the_open_document_stays(
    application: Application, tmp_path: Path
) -> None:
    application.file_commands.open_template("xor")
    good = tmp_path / "good.gradloom"
    application.files.save_as(good)
    content = good.read_bytes()
    cases = {
        "half.gradloom": (content[: len(content) // 2], "damaged"),
        "empty.gradloom": (b"", "it is empty"),
        "picture.gradloom": (b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG picture"),
        "note.json": (b'{"text": "milk"}', "not a Gradloom design"),
        "deep.json": (b"[" * 100_000, "not a Gradloom file"),
        "letter.gradloom": (None, "word/document.xml"),
        "missing.gradloom": (None, "not there"),
    }
    other_programs_file(tmp_path / "letter.gradloom")
    before = application.document.design.copy()
    for name, (bytes_of_it, words) in cases.items():
        if bytes_of_it is not None:
            (tmp_path / name).write_bytes(bytes_of_it)
        application.window.file_dropped.emit(str(tmp_path / name))
        assert words in failures(application)[-1], name
        assert name in failures(application)[-1]
        assert application.files.path == good
        assert application.document.design == before
    assert len(failures(application)) == len(cases)
    assert [path.name for path in application.files.recent.paths()] == ["good.gradloom"]


def test_a_full_disk_leaves_the_old_file_and_the_edits(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.file_commands.open_template("xor")
    good = tmp_path / "good.gradloom"
    application.files.save_as(good)
    before = good.read_bytes()
    set_training(application, epochs=7)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert not application.files.save()
    assert "the disk is full" in failures(application)[-1]
    assert good.read_bytes() == before
    left = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert left <= {"good.gradloom", "settings.ini", "state"}
    assert application.files.modified
    assert application.files.save()
    assert not application.files.modified


def test_weights_can_not_be_exported_to_nowhere(application: Application, tmp_path: Path) -> None:
    application.file_commands.open_template("xor")
    assert not application.file_commands.export_to(str(tmp_path / "gone" / "weights.npz"), {})
    assert "its folder is not there" in failures(application)[-1]
    assert not application.file_commands.export_to(str(tmp_path / "weights.doc"), {})
    assert ".safetensors" in failures(application)[-1]


def test_recovered_edits_do_not_cost_the_weights_in_the_file(
    application: Application, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.file_commands.open_template("digits-mlp")
    set_training(application, epochs=1)
    with qtbot.waitSignal(application.session.finished, timeout=SECONDS):
        application.window.commands["train"].trigger()
    good = tmp_path / "good.gradloom"
    application.files.save_as(good)
    weights = load_archive(good).weights
    edited = application.document.design.copy()
    edited.name = "edited after it was saved"
    left = RecoveredDesign(tmp_path / "left.json", str(good), datetime.now(UTC), edited)
    application.files.new()
    monkeypatch.setattr(application.recovery, "found", lambda: ([left], []))
    monkeypatch.setattr(application.files.prompts, "recover", lambda found: RecoveryChoice(chosen=found[0]))
    assert application.files.offer_recovery()
    assert application.files.modified
    assert application.files.save()
    kept = load_archive(good)
    assert kept.design.name == edited.name
    assert weights
    assert kept.weights
    for name, array in weights.items():
        np.testing.assert_array_equal(kept.weights[name], array)


# ---------------------------------------------------------------------- the training process


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_a_killed_training_process_costs_nothing_but_its_steps(
    application: Application, qtbot: QtBot
) -> None:
    application.file_commands.open_template("digits-mlp")
    train_for_a_while(application, qtbot)
    application.window.commands["pause"].trigger()
    qtbot.waitUntil(lambda: application.session.weights.step > 0, timeout=SECONDS)
    kept = application.session.weights.step
    application.window.commands["pause"].trigger()
    (worker,) = multiprocessing.active_children()
    with qtbot.waitSignal(application.session.failed, timeout=SECONDS) as failed:
        os.kill(worker.pid or 0, signal.SIGKILL)
    assert "SIGKILL" in failed.args[0]
    assert f"step {kept}" in failed.args[0]
    assert application.session.weights.step == kept
    assert len(application.session.history.epochs) > 0
    button = next(b for b in application.window.messages.findChildren(QPushButton) if b.text() == "Continue")
    button.click()
    qtbot.waitUntil(lambda: application.session.progress.step > kept, timeout=SECONDS)
    with qtbot.waitSignal(application.session.finished, timeout=SECONDS):
        application.window.commands["stop"].trigger()
