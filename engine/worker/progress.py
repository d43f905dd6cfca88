"""Progress of reading and downloading data, told a few times a second; where a run can be stopped before it begins."""

from __future__ import annotations

import time

from engine.worker.process import Line
from engine.worker.protocol import Loading

INTERVAL = 0.1


class RunStoppedError(Exception):
    """The run was stopped before its first step."""


class LoadingProgress:
    """Called with (done, total) by the data layer; raises RunStoppedError where the run is to be stopped."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._next = time.monotonic() + INTERVAL

    def __call__(self, done: int, total: int) -> None:
        """Tell the window, unless it was told a moment ago."""
        self._line.look_for_stop()
        if self._line.stop_asked:
            raise RunStoppedError
        now = time.monotonic()
        if now >= self._next or (total and done >= total):
            self._next = now + INTERVAL
            self._line.send(Loading(done, total))
