"""Python's cyclic garbage is collected on the window's own thread while others run beside it.

Python collects on whichever thread happens to allocate. Where that is not the window's, widgets that wait in a cycle
are destroyed on a thread that Qt does not allow, and the program dies somewhere else a moment later.
"""

from __future__ import annotations

import gc
from functools import partial
from itertools import count

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200

_numbers = count()
_holding: set[int] = set()
_was_enabled = True


class MainThreadCollector(QObject):
    """Between `hold` and `release` nothing is collected but by a timer of this thread. Holds may nest.

    The application holds for as long as it lives; so does whoever starts a thread, for it may be used without one.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = next(_numbers)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(_collect_what_is_due)
        # One that is destroyed with its owner would hold for ever, and have no timer left to collect.
        self.destroyed.connect(partial(_release, self._number))

    def hold(self) -> None:
        """Collect on this thread alone from now on. Call it on the window's thread, before another one starts."""
        _hold(self._number)
        self._timer.start()

    def release(self) -> None:
        """Go back to collecting as Python does, once nobody else holds; after the other thread has ended."""
        self._timer.stop()
        _release(self._number)


def _hold(number: int) -> None:
    global _was_enabled
    if not _holding:
        _was_enabled = gc.isenabled()
        gc.disable()
    _holding.add(number)


def _release(number: int, *_: object) -> None:
    if number in _holding:
        _holding.remove(number)
        if not _holding and _was_enabled:
            gc.enable()


def _collect_what_is_due() -> None:
    for generation in (2, 1, 0):
        limit = gc.get_threshold()[generation]
        if limit and gc.get_count()[generation] > limit:
            gc.collect(generation)
            return
