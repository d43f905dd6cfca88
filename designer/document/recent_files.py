"""The files opened last, kept between starts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from designer.document.limits import RECENT_FILES

_KEY = "files/recent"


class RecentFiles(QObject):
    """A list of paths, the newest first. Signals: changed()."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> list[Path]:
        """Return the paths, the newest first. A damaged list counts as empty."""
        stored = self._settings.value(_KEY, [])
        rows = [stored] if isinstance(stored, str) else stored
        if not isinstance(rows, list | tuple):
            return []
        return [Path(row) for row in rows if isinstance(row, str) and row][:RECENT_FILES]

    def add(self, path: Path) -> None:
        """Put a path at the head."""
        self._store([path, *(other for other in self.paths() if other != path)])

    def remove(self, path: Path) -> None:
        """Take a path out."""
        self._store([other for other in self.paths() if other != path])

    def clear(self) -> None:
        """Forget every path."""
        self._store([])

    def _store(self, paths: list[Path]) -> None:
        self._settings.setValue(_KEY, [str(path) for path in paths[:RECENT_FILES]])
        self.changed.emit()
