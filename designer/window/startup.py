"""The order of things at start: the window first, then what is in it, then the plots; and how long each took."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

REPORT = "GRADLOOM_STARTUP_TIMES"
"""Set in the environment, this makes the program say on stderr when each stage was done."""
LATEST_MS = 400
"""A window that is never painted (started minimized, say) is filled after so long anyway."""


class Startup(QObject):
    """Runs stages one after the other from the event loop, once the window has been painted for the first time."""

    def __init__(self, window: QWidget, stages: list[tuple[str, Callable[[], object]]]) -> None:
        super().__init__(window)
        self._window = window
        self._stages = stages
        self._begun = False
        window.installEventFilter(self)
        self._latest = QTimer(self)
        self._latest.setSingleShot(True)
        self._latest.timeout.connect(self._begin)
        self._latest.start(LATEST_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._begin()
        return False

    def run_now(self) -> None:
        """Run every stage that is left at once."""
        self._begun = True
        self._latest.stop()
        self._window.removeEventFilter(self)
        while self._stages:
            self._run_one()

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        self._latest.stop()
        self._window.removeEventFilter(self)
        report("window")
        QTimer.singleShot(0, self, self._next)

    def _next(self) -> None:
        if self._stages:
            self._run_one()
            QTimer.singleShot(0, self, self._next)

    def _run_one(self) -> None:
        name, stage = self._stages.pop(0)
        stage()
        report(name)


def report(stage: str) -> None:
    """Say on stderr how many seconds after the start of the process a stage was done, where that is asked for."""
    if os.environ.get(REPORT):
        sys.stderr.write(f"{stage} {age():.3f} s\n")
        sys.stderr.flush()


def age() -> float:
    """Return the seconds since the process began (since this module was loaded, where the system doesn't tell)."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return time.monotonic() - _LOADED


_LOADED = time.monotonic()
