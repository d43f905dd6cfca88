"""The wire to one training process: looked at 30 times a second while it lives, and at once when it speaks or ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from designer.common.collector import MainThreadCollector

POLL_MS = 33
END_MS = 5_000
"""How long a worker may take to stop before it is closed by force."""


class RunLink(QObject):
    """Owns the worker, and the notifiers and timers that watch it; nothing of them lives between runs.

    Signals: polled(): it is time to read what the worker has to tell; overdue(): it was told to stop and did not.
    """

    polled = Signal()
    overdue = Signal()

    def __init__(self, make_worker: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_worker = make_worker
        self._notifiers: list[QSocketNotifier] = []
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.polled)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(END_MS)
        self._deadline.timeout.connect(self.overdue)
        # The worker's client reads and writes on threads of its own.
        self._collector = MainThreadCollector(self)
        self.worker: Any = None

    def open(self, run: Any, watches: Any) -> None:
        """Start a worker on `run`. Raises GradloomError where it can't be started; nothing is left open then."""
        self._collector.hold()
        self.worker = self._make_worker()
        try:
            self.worker.watch(watches)
            self.worker.start(run)
        except Exception:
            self.close()
            raise
        for handle in self.worker.waitables():
            notifier = QSocketNotifier(handle, QSocketNotifier.Type.Read, self)
            notifier.activated.connect(self._on_activated)
            self._notifiers.append(notifier)
        self._timer.start()

    def expect_end(self) -> None:
        """Give the worker a while to stop; `overdue` tells when it did not."""
        self._deadline.start()

    def close(self) -> None:
        """End the worker, at once and for good. Does nothing where none is open."""
        self._timer.stop()
        self._deadline.stop()
        for notifier in self._notifiers:
            notifier.setEnabled(False)
            notifier.deleteLater()
        self._notifiers.clear()
        worker, self.worker = self.worker, None
        if worker is not None:
            worker.close()
        self._collector.release()

    def _on_activated(self) -> None:
        # A channel that has reached its end stays readable: the timer alone looks on, so that it can't spin.
        for notifier in self._notifiers:
            notifier.setEnabled(False)
        QTimer.singleShot(0, self, self._listen_again)
        self.polled.emit()

    def _listen_again(self) -> None:
        if self.worker is not None and self._timer.isActive():
            QTimer.singleShot(POLL_MS // 3, self, self._enable_notifiers)

    def _enable_notifiers(self) -> None:
        for notifier in self._notifiers:
            notifier.setEnabled(True)
