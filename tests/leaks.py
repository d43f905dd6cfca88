"""What a test may not leave behind: threads, child processes and, where Qt is used, widgets, timers and threads."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

GRACE_SECONDS = 3.0
"""How long something that has been told to end may take to do so."""

# multiprocessing keeps these helper processes for the life of the interpreter.
LASTING_PROCESSES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
# Qt makes these by itself, once, and keeps them.
LASTING_WIDGETS = ("QTipLabel", "QRubberBand", "QComboBoxPrivateContainer")


class LeakWatch:
    """Remembers what is alive when a test begins and names what has been added when it ends."""

    def __init__(self, *, qt: bool) -> None:
        self._sources: list[Callable[[], dict[int, str]]] = [_threads, _child_processes]
        if qt:
            self._sources += [_top_level_widgets, _qt_activity]
        self._before: list[dict[int, str]] = [source() for source in self._sources]
        self._qt = qt

    def left_behind(self) -> list[str]:
        """Return a line for each leak, after a last chance to end."""
        left = self._added()
        deadline = time.monotonic() + GRACE_SECONDS
        while left and time.monotonic() < deadline:
            if self._qt:
                _run_deferred_deletes()
            gc.collect()
            left = self._added()
            if left:
                time.sleep(0.02)
        return left

    def _added(self) -> list[str]:
        lines = []
        for source, before in zip(self._sources, self._before, strict=True):
            lines += [text for key, text in source().items() if key not in before]
        return lines


def _threads() -> dict[int, str]:
    main = threading.main_thread()
    return {id(t): f"thread {t.name!r} is still running" for t in threading.enumerate() if t is not main}


def _child_processes() -> dict[int, str]:
    multiprocessing.active_children()  # reaps those that have ended
    found = {}
    for pid in _child_pids():
        command = _command_line(pid)
        if not any(name in command for name in LASTING_PROCESSES):
            found[pid] = (
                f"child process {pid} is still there: {command[:120] or '(ended, but nobody waited for it)'}"
            )
    return found


def _child_pids() -> Iterable[int]:
    tasks = Path("/proc/self/task")
    if sys.platform != "linux" or not tasks.is_dir():
        return [child.pid for child in multiprocessing.active_children() if child.pid is not None]
    pids: list[int] = []
    for task in tasks.iterdir():
        try:
            pids += map(int, (task / "children").read_text().split())
        except OSError:  # that thread has just ended
            continue
    return pids


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _run_deferred_deletes() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _top_level_widgets() -> dict[int, str]:
    from PySide6.QtWidgets import QApplication
    from shiboken6 import getCppPointer

    _run_deferred_deletes()
    found = {}
    for widget in QApplication.topLevelWidgets():
        name = widget.metaObject().className()
        if widget.parent() is None and name not in LASTING_WIDGETS:
            found[getCppPointer(widget)[0]] = (
                f"{name} {widget.objectName()!r} was not freed (give it to qtbot.addWidget)"
            )
    return found


def _qt_activity() -> dict[int, str]:
    from PySide6.QtCore import QThread, QTimer
    from shiboken6 import isValid

    def active(candidate: Any) -> bool:
        if not isValid(candidate):
            return False
        return bool(candidate.isActive() if isinstance(candidate, QTimer) else candidate.isRunning())

    current = QThread.currentThread()
    found = {}
    for candidate in gc.get_objects():
        if issubclass(type(candidate), (QTimer, QThread)) and candidate is not current and active(candidate):
            kind = "QTimer" if isinstance(candidate, QTimer) else "QThread"
            owner = candidate.parent()
            belonging = f", child of {type(owner).__name__}" if owner is not None else ""
            found[id(candidate)] = f"{kind} {candidate.objectName()!r} is still running{belonging}"
    return found
