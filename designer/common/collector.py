"""Python's cyclic garbage is collected on the window's own thread while others run beside it.

Python collects on whichever thread happens to allocate. Where that is not the window's, widgets that wait in a cycle
are destroyed on a thread that Qt does not allow, and the program dies somewhere else a moment later.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200


class MainThreadCollector(QObject):
    """Between `hold` and `release` nothing is collected but by a timer of this thread. Holds may nest."""

    _holders = 0
    _was_enabled = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held = False
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_time)

    def hold(self) -> None:
        """Collect on this thread alone from now on. Call it on the window's thread, before another one starts."""
        if self._held:
            return
        self._held = True
        if MainThreadCollector._holders == 0:
            MainThreadCollector._was_enabled = gc.isenabled()
            gc.disable()
        MainThreadCollector._holders += 1
        self._timer.start()

    def release(self) -> None:
        """Go back to collecting as Python does, once nobody else holds; after the other thread has ended."""
        if not self._held:
            return
        self._held = False
        self._timer.stop()
        MainThreadCollector._holders -= 1
        if MainThreadCollector._holders == 0 and MainThreadCollector._was_enabled:
            gc.enable()

    def _on_time(self) -> None:
        for generation in (2, 1, 0):
            limit = gc.get_threshold()[generation]
            if limit and gc.get_count()[generation] > limit:
                gc.collect(generation)
                return
