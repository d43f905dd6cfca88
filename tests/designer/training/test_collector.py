"""Garbage is collected on the window's thread alone while others run: a widget may only die there."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from designer.common.collector import MainThreadCollector


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
