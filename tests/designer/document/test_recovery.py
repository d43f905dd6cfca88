"""Recovery: what was not saved survives a crash, and is offered once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from designer.document.limits import AUTOSAVE_SECONDS
from designer.document.prompts import RecoveryChoice
from engine.design.design import Design
from tests.conftest import ROOT
from tests.designer.document.test_file_session import Window

CRASH = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from designer.document.document import Document
from designer.document.recovery import Recovery
from designer.document import editing
app = QCoreApplication([])
document = Document()
recovery = Recovery(document, Path(sys.argv[1]))
recovery.set_original(Path(sys.argv[2]))
document.push("Add", editing.addition(document.design, "Input", (0.0, 0.0))[0])
recovery.write()
os.kill(os.getpid(), 9)
"""


def crash(folder: Path, original: Path) -> None:
    """A window that edits, autosaves, and is killed."""
    result = subprocess.run(
        [sys.executable, "-c", CRASH, str(folder / "recovery"), str(original)],
        cwd=ROOT,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert result.returncode == -9


@pytest.mark.skipif(sys.platform == "win32", reason="the test kills a process by signal 9")
def test_edits_of_a_killed_window_are_offered_and_opened(tmp_path: Path, qtbot: QtBot) -> None:
    original = tmp_path / "mine.gradloom"
    Design("mine").save(original)
    crash(tmp_path, original)
    window = Window(tmp_path)
    window.answers.choose = lambda found: RecoveryChoice(found[0])
    assert window.session.offer_recovery()
    assert [node.type for node in window.document.design.nodes.values()] == ["Input"]
    assert window.session.path == original
    assert window.session.modified
    assert Design.load(original).nodes == {}, "the file itself is as it was"
    assert window.session.save()
    assert len(Design.load(original).nodes) == 1
    assert not list((tmp_path / "recovery").glob("*.json"))
    window.session.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the test kills a process by signal 9")
def test_what_is_neither_opened_nor_dropped_is_offered_again(tmp_path: Path, qtbot: QtBot) -> None:
    crash(tmp_path, tmp_path / "mine.gradloom")
    window = Window(tmp_path)
    assert not window.session.offer_recovery()
    assert len(window.recovery.found()[0]) == 1
    window.answers.choose = lambda found: RecoveryChoice(None, tuple(found))
    assert not window.session.offer_recovery()
    assert window.recovery.found() == ([], [])
    window.session.close()


def test_the_copy_of_a_living_window_is_left_alone(tmp_path: Path, qtbot: QtBot) -> None:
    one, two = Window(tmp_path), Window(tmp_path)
    one.edit()
    one.recovery.write()
    assert two.recovery.found() == ([], [])
    one.session.close()
    two.session.close()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "gradloom-recovery"}', json.dumps({"a": 1})])
def test_a_damaged_copy_is_said_once_and_set_aside(tmp_path: Path, qtbot: QtBot, content: str) -> None:
    (tmp_path / "recovery").mkdir()
    (tmp_path / "recovery" / "1-2.json").write_text(content)
    window = Window(tmp_path)
    assert not window.session.offer_recovery()
    assert len(window.answers.notices) == 1
    assert not window.session.offer_recovery()
    assert len(window.answers.notices) == 1


def test_edits_start_the_clock_and_saving_stops_it(tmp_path: Path, qtbot: QtBot) -> None:
    window = Window(tmp_path)
    assert AUTOSAVE_SECONDS <= 60
    window.edit()
    window.recovery.write()
    assert window.recovery.file.exists()
    window.session.save_as(tmp_path / "a.gradloom")
    assert not window.recovery.file.exists()
    window.session.close()


def test_a_state_folder_that_cannot_be_written_is_said_once(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "recovery").write_text("a file in the folder's place")
    window = Window(tmp_path)
    said: list[str] = []
    window.recovery.unavailable.connect(said.append)
    for _ in range(2):
        window.edit()
        window.recovery.write()
    assert len(said) == 1
    window.session.close()
