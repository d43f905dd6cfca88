"""The assembled window, in process and off screen: every command is bound, files open, and everything is freed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.app import PANELS, Application, available_panels
from designer.common.theme import theme
from designer.window.command_palette import CommandPalette
from designer.window.help_dialog import HelpDialog
from designer.window.quiet_prompts import QuietPrompts
from designer.window.unexpected import UnexpectedErrors
from engine.core.errors import GradloomError
from engine.design.templates import load, names
from tests.conftest import ROOT


def make(folder: Path, qtbot: QtBot, path: str | None = None) -> Application:
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    application = Application(path, settings, folder / "state")
    application.make_prompts = lambda window: QuietPrompts()
    qtbot.addWidget(application.window)
    application.window.resize(1440, 900)
    application.window.show()
    application.startup.run_now()
    return application


def dispose(application: Application) -> None:
    """Close the window and forget the parts: the test's arguments outlive its fixtures."""
    application.window.close()
    vars(application).clear()


@pytest.fixture
def application(tmp_path: Path, qtbot: QtBot) -> Iterator[Application]:
    made = make(tmp_path, qtbot)
    yield made
    dispose(made)


def test_every_command_does_something(application: Application) -> None:
    commands = application.window.commands
    assert set(commands.specs) - commands.bound() == set()


def test_every_training_view_can_be_shown(application: Application, qtbot: QtBot) -> None:
    there = available_panels()
    assert {"loss", "gradients", "activations", "weights"} <= set(there)
    for name in there:
        application.window.plots.show_alone(name)
        qtbot.waitUntil(lambda name=name: application.window.plots.panel(name) is not None)
    for name in PANELS:
        assert application.window.commands[f"plot_{name}"].isVisible() is (name in there)


@pytest.mark.parametrize("name", [template.name for template in names()])
def test_a_template_opens_and_can_be_trained(application: Application, name: str) -> None:
    application.file_commands.open_template(name)
    errors = [p for p in application.document.problems if p.severity == "error"]
    assert application.document.design.nodes
    assert not errors
    assert not application.files.modified
    assert application.window.commands["train"].isEnabled()
    assert "layers" in application.window.status.network.text()


def test_an_edit_marks_the_document_and_can_be_taken_back(application: Application) -> None:
    application.file_commands.open_template("xor")
    before = application.document.design.copy()
    application.selection.set([list(application.document.design.nodes)[1]])
    application.window.commands["duplicate"].trigger()
    assert application.files.modified
    assert application.window.isWindowModified()
    assert application.window.commands["undo"].text().startswith("Undo Duplicate")
    application.window.commands["undo"].trigger()
    assert application.document.design == before
    assert not application.window.isWindowModified()


def test_backspace_in_a_field_deletes_no_layer(application: Application, qtbot: QtBot) -> None:
    application.file_commands.open_template("xor")
    node = application.document.inference.order[1]
    application.selection.set([node])
    application.palette.search.setFocus()
    qtbot.keyClicks(application.palette.search, "conv")
    qtbot.keyClick(application.palette.search, Qt.Key.Key_Backspace)
    assert node in application.document.design.nodes
    assert application.palette.search.text() == "con"
    application.canvas.setFocus()
    QTest.keyClick(application.canvas, Qt.Key.Key_Backspace)
    assert node not in application.document.design.nodes


def test_a_command_is_found_and_run_from_the_palette(application: Application, qtbot: QtBot) -> None:
    application.file_commands.open_template("xor")
    application.window.commands["commands"].trigger()
    palette = application.window.findChild(CommandPalette)
    assert palette is not None
    qtbot.keyClicks(palette.field, "select all")
    assert palette.found()[0] == "select_all"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert len(application.selection.nodes) == len(application.document.design.nodes)


def test_help_explains_the_selected_layer(application: Application) -> None:
    application.file_commands.open_template("xor")
    node = next(n for n in application.document.design.nodes.values() if n.type == "Dense")
    application.selection.set([node.id])
    application.window.commands["help_layer"].trigger()
    dialog = application.window.findChild(HelpDialog)
    assert dialog is not None
    assert "Dense" in dialog.windowTitle()
    dialog.close()


def test_the_theme_is_switched_and_remembered(application: Application) -> None:
    before = theme().mode
    try:
        for mode in ("light", "dark"):
            application.window.commands[f"theme_{mode}"].trigger()
            assert theme().dark is (mode == "dark")
            assert application.window.settings.value("window/theme") == mode
            assert application.window.commands[f"theme_{mode}"].isChecked()
    finally:
        theme().set_mode(before)


def test_training_fills_the_bar_and_the_views_and_marks_the_document(
    application: Application, qtbot: QtBot
) -> None:
    application.file_commands.open_template("xor")
    session, window = application.session, application.window
    window.plots.settle()
    with qtbot.waitSignal(session.finished, timeout=60_000):
        window.commands["train"].trigger()
    qtbot.waitUntil(lambda: window.top_bar.headline.text().startswith("Finished"))
    assert window.top_bar.progress.share == pytest.approx(1.0)
    assert application.files.modified, "the weights are not in any file"
    assert window.commands["reset"].isEnabled()
    loss = window.plots.panel("loss")
    assert loss is not None
    qtbot.waitUntil(lambda: not loss.is_empty)
    window.commands["reset"].trigger()
    assert session.state == "idle"
    assert window.top_bar.progress.share < 0


def test_a_design_that_cannot_be_trained_says_so_over_the_canvas(application: Application) -> None:
    application.canvas.add_layer("Dense")
    application.window.commands["train"].trigger()
    assert "Input" in application.window.messages.text
    assert application.session.state == "idle"


def test_weights_go_into_the_file_and_come_back(
    application: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    application.file_commands.open_template("xor")
    with qtbot.waitSignal(application.session.finished, timeout=60_000):
        application.session.train()
    path = tmp_path / "trained.gradloom"
    assert application.files.save_as(path)
    assert not application.files.modified
    weights = application.session.weights.by_name()
    other = make(tmp_path / "other", qtbot, str(path))
    back = other.session.weights.by_name()
    assert {name: array.tobytes() for name, array in back.items()} == {
        name: array.tobytes() for name, array in weights.items()
    }
    assert other.files.read_only, "the first window has it"
    dispose(other)


def test_a_file_that_is_none_is_refused_and_the_window_stays(
    application: Application, tmp_path: Path
) -> None:
    path = tmp_path / "broken.gradloom"
    path.write_bytes(b"PK\x03\x04 nothing")
    application.file_commands.open_template("xor")
    before = application.document.design.copy()
    with pytest.raises(GradloomError, match="broken"):
        application.files.open(path)
    assert application.document.design == before


def test_no_text_is_wider_than_its_place_at_1280(application: Application, qtbot: QtBot) -> None:
    application.window.resize(1280, 800)
    application.file_commands.open_template("digits-cnn")
    application.window.apply_sizes()
    application.window.plots.settle()
    QApplication.processEvents()
    bar = application.window.top_bar
    assert bar.document.width() >= bar.document.sizeHint().width()
    for dock in application.window.docks.values():
        assert dock.isHidden() or dock.width() >= 200


START = "import sys; from main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_request_to_end_keeps_unsaved_edits_and_ends_well(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "GRADLOOM_STARTUP_TIMES": "1",
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        stages: dict[str, float] = {}
        for line in process.stderr:
            name, _, rest = line.partition(" ")
            if rest.endswith(" s\n"):
                stages[name] = float(rest.split()[0])
            if name == "file":
                break
        assert list(stages) == ["window", "core", "panels", "plots", "file"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()


def test_without_a_display_the_window_runs_off_screen(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    begun = time.monotonic()
    result = subprocess.run(
        [sys.executable, str(ROOT / "main.py")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "no display" in result.stdout
    assert time.monotonic() - begun < 120
    left = {path.suffix for path in (tmp_path / "gradloom-output").iterdir()}
    assert left == {".png", ".gradloom", ".safetensors"}


def test_a_design_dropped_on_the_canvas_is_opened(application: Application, tmp_path: Path) -> None:
    path = tmp_path / "dropped.json"
    load("xor").save(path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    where, copy, left = QPoint(200, 200), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(where, copy, mime, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(application.canvas.viewport(), enter)
    assert enter.isAccepted(), "the canvas leaves files to the window"
    drop = QDropEvent(QPointF(where), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(application.canvas.viewport(), drop)
    assert application.files.path == path
    assert application.document.design.nodes


def test_keys_reach_the_canvas_only_while_it_has_the_focus(application: Application, qtbot: QtBot) -> None:
    application.file_commands.open_template("xor")
    places = [node.position for node in application.document.design.nodes.values()]
    application.palette.search.setFocus()
    qtbot.keyClicks(application.palette.search, "flc")
    assert application.palette.search.text() == "flc"
    assert [node.position for node in application.document.design.nodes.values()] == places
    assert not application.files.modified


def test_an_error_that_nobody_foresaw_is_told_and_written_down(
    application: Application, tmp_path: Path
) -> None:
    told: list[str] = []
    errors = UnexpectedErrors(tmp_path / "log" / "errors.log", told.append)
    quiet: list[object] = []
    before = errors._before
    errors._before = lambda *what: quiet.append(what)
    try:
        for error in (RuntimeError("of its own kind"), GradloomError("A sentence for a person.")):
            sys.excepthook(type(error), error, None)
    finally:
        errors._before = before
        errors.release()
    assert "RuntimeError" in told[0]
    assert told[1] == "A sentence for a person."
    assert "of its own kind" in (tmp_path / "log" / "errors.log").read_text(encoding="utf-8")
    assert len(quiet) == 1
