"""Notices when another program changes the file that is open."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

Stamp = tuple[int, int, int]


class FileWatch(QObject):
    """Watches one file. What `accept` has seen is known; anything else is a change from outside.

    Signals: changed(): the file is another than the one accepted, or is gone. Sent once until `accept`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._known: Stamp | None = None
        self._told = False
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_changed)
        self._watcher.directoryChanged.connect(self._on_changed)

    def accept(self, path: Path | None) -> None:
        """Watch `path` from the state that it is in now (None: nothing)."""
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        self._path, self._told = path, False
        self._known = None if path is None else _stamp(path)
        if path is not None:
            # The folder too: writing atomically puts a new file in the old one's place.
            self._watcher.addPaths([str(p) for p in (path, path.parent) if p.exists()])

    def differs(self) -> bool:
        """Return whether the file on disk is another than the one accepted."""
        return self._path is not None and _stamp(self._path) != self._known

    def _on_changed(self) -> None:
        if self._path is None:
            return
        if self._path.exists() and str(self._path) not in self._watcher.files():
            self._watcher.addPath(str(self._path))
        if self.differs() and not self._told:
            self._told = True
            self.changed.emit()


def _stamp(path: Path) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
