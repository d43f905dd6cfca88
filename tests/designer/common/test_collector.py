"""Garbage is collected on the window's thread alone while others run: a widget may only die there."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSettings
from pytestqt.qtbot import QtBot

from designer.app import Application
from designer.common.collector import MainThreadCollector
from designer.data.data_loader import DataLoader
from engine.data.settings import DataSettings


class Cycle(QObject):
    """Can only be freed by the garbage collector; tells on which thread that happened."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def died_on() -> list[str]:
    return []


def make_garbage(count: int) -> None:
    for _ in range(count):
        pair: list[object] = []
        pair.append(pair)


def test_no_other_thread_collects(qtbot: QtBot, died_on: list[str]) -> None:
    collector = MainThreadCollector()
    collector.hold()
    try:
        cycle = Cycle()
        weakref.finalize(cycle, lambda: died_on.append(threading.current_thread().name))
        del cycle
        thread = threading.Thread(target=make_garbage, args=(50_000,), name="beside")
        thread.start()
        thread.join()
        assert died_on == []
        qtbot.waitUntil(lambda: died_on == ["MainThread"], timeout=5_000)
    finally:
        collector.release()
    assert gc.isenabled()


def test_holds_nest_and_a_second_release_is_harmless(qtbot: QtBot) -> None:
    first, second = MainThreadCollector(), MainThreadCollector()
    first.hold()
    first.hold()
    second.hold()
    first.release()
    assert not gc.isenabled()
    first.release()
    second.release()
    assert gc.isenabled()


def test_one_that_is_destroyed_holds_no_longer(qtbot: QtBot) -> None:
    owner = QObject()
    MainThreadCollector(owner).hold()
    assert not gc.isenabled()
    del owner
    assert gc.isenabled()


def test_the_application_holds_while_it_lives(qtbot: QtBot, tmp_path: Path) -> None:
    application = Application(None, QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat), tmp_path)
    qtbot.addWidget(application.window)
    application.startup.run_now()
    assert not gc.isenabled()
    application.window.close()
    assert gc.isenabled()


def test_reading_data_holds_until_its_thread_has_ended(qtbot: QtBot) -> None:
    loader = DataLoader()
    with qtbot.waitSignal(loader.loaded):
        loader.request(DataSettings(source="xor"))
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not any(thread.name == "gradloom-data" for thread in threading.enumerate())
