"""A callback that runs at most once in an interval, and always once more after the last call."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer


class Throttle(QObject):
    """Runs `callback` at once where the interval has passed since its last run, and at its end otherwise.

    However often it is called, the last call is never lost.
    """

    def __init__(
        self, interval_ms: int, callback: Callable[[], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._callback = callback
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._run)
        self.interval_ms = interval_ms

    @property
    def pending(self) -> bool:
        """Whether a run is waiting for the interval's end."""
        return self._timer.isActive()

    def __call__(self) -> None:
        self.call()

    def call(self) -> None:
        """Ask for a run."""
        if self._timer.isActive():
            return
        left = self.interval_ms - self._since.elapsed() if self._since.isValid() else 0
        if left <= 0:
            self._run()
        else:
            self._timer.start(left)

    def flush(self) -> None:
        """Run now if a run is waiting."""
        if self._timer.isActive():
            self._timer.stop()
            self._run()

    def cancel(self) -> None:
        """Forget a run that is waiting."""
        self._timer.stop()

    def _run(self) -> None:
        self._since.restart()
        self._callback()
