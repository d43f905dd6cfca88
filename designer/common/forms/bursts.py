"""Merge keys for edits that come in bursts: steps that follow each other quickly are one undo step."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer

PAUSE_MS = 1500


class Bursts:
    """Gives steps of one field one merge key until there is a pause, or another field comes in between."""

    def __init__(self, pause_ms: int = PAUSE_MS) -> None:
        self._pause_ms = pause_ms
        self._since = QElapsedTimer()
        self._owner = ""
        self._number = 0

    def key(self, owner: str, stepping: bool) -> str:
        """Return the merge key of an edit of `owner`; "" (never merged) for one that is no step."""
        if not stepping:
            self._owner = ""
            return ""
        paused = not self._since.isValid() or self._since.elapsed() > self._pause_ms
        if owner != self._owner or paused:
            self._number += 1
        self._owner = owner
        self._since.restart()
        return f"{owner}#{self._number}"
