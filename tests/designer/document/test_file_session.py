"""Files: saved wholly or not at all, never written over silently, opened only when they are what they promise."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from designer.document import editing
from designer.document.document import Document
from designer.document.file_lock import FileLock
from designer.document.file_session import FileSession
from designer.document.prompts import RecoveryChoice, Unsaved
from designer.document.recent_files import RecentFiles
from designer.document.recovery import RecoveredDesign, Recovery
from designer.document.storage import TrainedParts
from engine.design.design import Design
from tests.designer.document.networks import chain


class Answers:
    """Answers every question as told, and remembers what was said."""

    def __init__(self) -> None:
        self.unsaved: Unsaved = "cancel"
        self.path = ""
        self.yes = True
        self.choose: Callable[[Sequence[RecoveredDesign]], RecoveryChoice] = lambda found: RecoveryChoice()
        self.errors: list[str] = []
        self.notices: list[str] = []
        self.asked: list[str] = []

    def unsaved_changes(self, name: str) -> Unsaved:
        self.asked.append("unsaved")
        return self.unsaved

    def open_path(self, folder: str) -> str:
        return self.path

    def save_path(self, suggestion: str) -> str:
        self.asked.append(suggestion)
        return self.path

    def changed_on_disk(self, name: str, modified: bool) -> bool:
        self.asked.append("changed")
        return self.yes

    def overwrite_changed(self, name: str) -> bool:
        self.asked.append("overwrite")
        return self.yes

    def weights_left_out(self, name: str) -> bool:
        self.asked.append("weights")
        return self.yes

    def recover(self, found: Sequence[RecoveredDesign]) -> RecoveryChoice:
        return self.choose(found)

    def failed(self, title: str, message: str) -> None:
        self.errors.append(message)

    def notice(self, message: str) -> None:
        self.notices.append(message)


class Window:
    """A document with its session, as one window has them."""

    def __init__(self, folder: Path) -> None:
        self.document = Document()
        self.answers = Answers()
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.recent = RecentFiles(settings, self.document)
        self.recovery = Recovery(self.document, folder / "recovery", self.document)
        self.session = FileSession(self.document, self.answers, self.recent, self.recovery, self.document)

    def edit(self) -> None:
        design = self.document.design
        self.document.push("Add", editing.addition(design, "Dense", (0.0, 0.0))[0])


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    made = Window(tmp_path)
    yield made
    made.session.close()


@pytest.fixture
def other(tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    made = Window(tmp_path)
    yield made
    made.session.close()


def test_a_new_design_is_saved_under_the_name_asked_for_and_opens_again(
    window: Window, tmp_path: Path
) -> None:
    window.session.new(chain())
    assert not window.session.modified
    window.edit()
    assert window.session.modified
    window.answers.path = str(tmp_path / "mine")
    assert window.session.save()
    saved = tmp_path / "mine.gradloom"
    assert saved.exists()
    assert not window.session.modified
    assert window.session.name == "mine"
    assert window.recent.paths() == [saved]
    before = window.document.design.copy()
    assert window.session.new()
    assert window.session.open(saved)
    assert window.document.design == before


@pytest.mark.parametrize(("before", "after"), [("untitled", "mine"), ("blobs", "blobs")])
def test_a_design_without_a_name_takes_that_of_its_file(
    window: Window, tmp_path: Path, before: str, after: str
) -> None:
    window.session.new(Design(before))
    assert window.session.save_as(tmp_path / "mine.gradloom")
    assert window.document.design.name == after
    assert not window.session.modified
    assert window.session.open(tmp_path / "mine.gradloom")
    assert window.document.design.name == after


def test_undoing_to_what_was_saved_is_not_modified(window: Window, tmp_path: Path) -> None:
    window.edit()
    window.session.save_as(tmp_path / "a.gradloom")
    window.edit()
    window.document.undo_stack.undo()
    assert not window.session.modified
    window.document.undo_stack.undo()
    assert window.session.modified


@pytest.mark.parametrize(("answer", "left"), [("cancel", False), ("discard", True)])
def test_unsaved_changes_are_asked_about(window: Window, answer: Unsaved, left: bool) -> None:
    window.edit()
    window.answers.unsaved = answer
    assert window.session.new() is left
    assert window.answers.asked == ["unsaved"]
    assert bool(window.document.design.nodes) is not left


def test_save_in_answer_to_the_question_saves(window: Window, tmp_path: Path) -> None:
    window.edit()
    window.answers.unsaved, window.answers.path = "save", str(tmp_path / "kept.gradloom")
    assert window.session.new()
    assert (tmp_path / "kept.gradloom").exists()


def test_weights_are_saved_and_come_back(window: Window, tmp_path: Path) -> None:
    weights = {"dense_1/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
    window.session.collect = lambda: TrainedParts(weights)
    window.session.mark_trained()
    assert window.session.modified
    window.session.save_as(tmp_path / "t.gradloom")
    assert not window.session.modified
    back: list[TrainedParts] = []
    window.session.loaded.connect(back.append)
    window.session.open(tmp_path / "t.gradloom")
    assert back[0].weights is not None
    assert np.array_equal(back[0].weights["dense_1/kernel"], weights["dense_1/kernel"])


def test_a_bare_document_asks_before_it_leaves_weights_out(window: Window, tmp_path: Path) -> None:
    window.session.collect = lambda: TrainedParts({"dense_1/kernel": np.zeros((2, 3), np.float32)})
    window.answers.yes = False
    assert not window.session.save_as(tmp_path / "t.json")
    assert not (tmp_path / "t.json").exists()
    window.answers.yes = True
    assert window.session.save_as(tmp_path / "t.json")
    assert (tmp_path / "t.json").read_text().startswith("{")


def _full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)


def _no_replacing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: object, target: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", fail)


@pytest.mark.parametrize(("fault", "word"), [(_full_disk, "full"), (_no_replacing, "denied")])
def test_a_failed_save_leaves_the_old_file_and_the_changes(
    window: Window,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
    word: str,
) -> None:
    path = tmp_path / "a.gradloom"
    window.session.save_as(path)
    before = path.read_bytes()
    window.edit()
    with monkeypatch.context() as patch:
        fault(patch)
        assert not window.session.save()
    assert path.read_bytes() == before
    assert window.session.modified
    assert len(window.answers.errors) == 1
    assert word in window.answers.errors[0]
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".tmp"]
    assert window.session.save()
    assert path.read_bytes() != before


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused_and_the_present_document_stays(
    window: Window, tmp_path: Path, share: float
) -> None:
    path = tmp_path / "a.gradloom"
    window.edit()
    window.session.save_as(path)
    window.session.new()
    window.edit()
    before = window.document.design.copy()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert not window.session.open(path, ask=False)
    assert window.document.design == before
    assert window.session.modified
    assert len(window.answers.errors) == 1


@pytest.mark.parametrize("what", ["missing", "folder", "picture", "newer"])
def test_what_is_no_design_is_refused_with_one_message(window: Window, tmp_path: Path, what: str) -> None:
    path = tmp_path / "thing.gradloom"
    if what == "folder":
        path.mkdir()
    elif what == "picture":
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    elif what == "newer":
        path.write_text('{"format": "gradloom-design", "version": 999}')
    assert not window.session.open(path)
    assert len(window.answers.errors) == 1
    assert window.recent.paths() == []


def test_a_second_window_opens_a_file_read_only(window: Window, other: Window, tmp_path: Path) -> None:
    path = tmp_path / "a.gradloom"
    window.session.save_as(path)
    assert other.session.open(path)
    assert other.session.read_only
    assert "open in another window" in other.answers.notices[0]
    other.edit()
    other.answers.path = str(path)
    assert not other.session.save(), "it may not write over the other window's file"
    other.answers.path = str(tmp_path / "b.gradloom")
    assert other.session.save()
    assert not other.session.read_only


def test_a_lock_goes_with_its_window(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "a.gradloom"
    window.session.save_as(path)
    assert not FileLock(path).held
    window.session.close()
    lock = FileLock(path)
    assert lock.held
    lock.release()
    lock.release()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everything"
)
def test_a_file_without_permission_to_write_opens_read_only(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "a.gradloom"
    chain().save(path)
    path.chmod(0o444)
    assert window.session.open(path)
    assert window.session.read_only


def test_a_change_by_another_program_is_noticed_and_read(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "a.json"
    window.session.save_as(path)
    chain().save(path)
    qtbot.waitUntil(lambda: "changed" in window.answers.asked, timeout=5000)
    assert len(window.document.design.nodes) == 4


def test_a_change_by_another_program_is_not_overwritten_unasked(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "a.json"
    window.session.save_as(path)
    window.edit()
    window.answers.yes = False
    chain().save(path)
    before = path.read_bytes()
    assert not window.session.save()
    assert path.read_bytes() == before
    window.answers.yes = True
    assert window.session.save()
    assert Design.load(path) == window.document.design


def test_our_own_saving_is_not_a_change_from_outside(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "a.json"
    window.session.save_as(path)
    for _ in range(3):
        window.edit()
        window.session.save()
    chain().save(tmp_path / "neighbour.json")
    with qtbot.waitSignal(window.session.state_changed, timeout=1000):
        window.edit()
    assert "changed" not in window.answers.asked


def test_recent_files_are_few_and_kept(window: Window, tmp_path: Path) -> None:
    for number in range(14):
        window.session.save_as(tmp_path / f"{number}.json")
    assert [p.stem for p in window.recent.paths()] == [str(n) for n in range(13, 3, -1)]
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    assert RecentFiles(settings).paths() == window.recent.paths()
    window.recent.clear()
    assert window.recent.paths() == []
