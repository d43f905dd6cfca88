"""A connection that never makes its owner wait: one thread reads, one writes, and queues stand between."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection


class Channel:
    """Both ends of the line between window and worker use one. Messages are bytes.

    A pipe takes some tens of kilobytes; then whoever sends has to wait until the other end reads. The threads wait,
    the owner does not: a window that is busy does not hold up training, and a worker that hangs does not freeze
    the window.
    """

    def __init__(
        self, connection: Connection, name: str, on_message: Callable[[], None] | None = None
    ) -> None:
        self._connection = connection
        self._on_message = on_message
        self.inbox: deque[bytes] = deque()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._unsent = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._reader = threading.Thread(target=self._read, name=f"{name} reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"{name} writer", daemon=True)
        self._reader.start()
        self._writer.start()

    @property
    def is_closed(self) -> bool:
        """Whether the other end is gone: nothing more will come than what is in the inbox."""
        return self._closed.is_set()

    @property
    def unsent(self) -> int:
        """Messages that wait to be written."""
        return self._unsent

    def send(self, message: bytes) -> None:
        """Put a message in the queue."""
        with self._lock:
            self._unsent += 1
        self._outbox.put(message)

    def take(self) -> bytes | None:
        """Return the oldest message that has come, or None."""
        try:
            return self.inbox.popleft()
        except IndexError:
            return None

    def finish(self, timeout: float | None = None) -> None:
        """Write what is queued, for as long as the other end reads it, and then stop writing."""
        self._outbox.put(None)
        self._writer.join(timeout)

    def close(self) -> None:
        """Hang up and end both threads. The process at the other end must be gone, or read the end of the line."""
        self._outbox.put(None)
        self._reader.join(5)
        self._writer.join(5)
        self._connection.close()

    def _read(self) -> None:
        try:
            while True:
                self.inbox.append(self._connection.recv_bytes())
                if self._on_message is not None:
                    self._on_message()
        except (EOFError, OSError):
            pass
        finally:
            self._closed.set()
            if self._on_message is not None:
                self._on_message()

    def _write(self) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                self._connection.send_bytes(message)
                with self._lock:
                    self._unsent -= 1
        except (OSError, ValueError):  # the other end is gone; the reader tells
            pass
