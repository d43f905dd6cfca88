"""One window at a time writes a file; another opens it to read."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QLockFile


class FileLock:
    """A lock beside a file, given up by the system's word when its owner dies.

    `held` says whether this window may write; `reason` says why not.
    """

    def __init__(self, path: Path) -> None:
        self.reason = ""
        self._lock = QLockFile(str(lock_path(path)))
        # Zero: a lock is never too old; whether its owner is still alive is asked of the system.
        self._lock.setStaleLockTime(0)
        self.held = self._lock.tryLock(0)
        if not self.held:
            self.reason = self._why(path)
        elif path.exists() and not os.access(path, os.W_OK):
            self.release()
            self.reason = f"{path.name} may be read but not written here."

    def release(self) -> None:
        """Give the lock up; once more does no harm."""
        if self.held:
            self._lock.unlock()
            self.held = False

    def _why(self, path: Path) -> str:
        if self._lock.error() == QLockFile.LockError.PermissionError:
            return f"The folder of {path.name} can't be written here."
        # A tuple of (found, pid, host, application); the binding has changed its form between versions.
        info = self._lock.getLockInfo()
        values = [value for value in info if not isinstance(value, bool)] if isinstance(info, tuple) else []
        if len(values) >= 2 and values[0]:
            return f"{path.name} is open in another window (process {values[0]} on {values[1]})."
        return f"{path.name} is open in another window."


def lock_path(path: Path) -> Path:
    """Return where the lock of a file is: beside it, hidden, under the name of what a link points to."""
    real = Path(os.path.realpath(path))
    return real.with_name(f".{real.name}.lock")
