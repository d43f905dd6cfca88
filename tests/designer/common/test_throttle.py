"""The throttle runs at once, not too often, and never forgets the last call."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from designer.common.throttle import Throttle


def test_the_first_call_runs_at_once_and_the_last_is_not_lost(qtbot: QtBot) -> None:
    calls: list[int] = []
    throttle = Throttle(30, lambda: calls.append(len(calls)))
    for _ in range(50):
        throttle()
    assert calls == [0]
    assert throttle.pending
    qtbot.waitUntil(lambda: len(calls) == 2, timeout=2000)
    assert not throttle.pending


def test_flush_and_cancel(qtbot: QtBot) -> None:
    calls: list[str] = []
    throttle = Throttle(60_000, lambda: calls.append("run"))
    throttle()
    throttle()
    throttle.flush()
    assert calls == ["run", "run"]
    throttle()
    throttle.cancel()
    throttle.flush()
    assert calls == ["run", "run"]
