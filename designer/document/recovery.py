"""Autosave: unsaved edits go to the user's state folder, and the next start offers what a crash left there."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from designer.document.document import Document
from designer.document.limits import AUTOSAVE_SECONDS
from engine.core.errors import FileFormatError, GradloomError
from engine.design.design import Design
from engine.design.document_json import parse, read_document, write_document
from engine.design.files import write_atomically

FORMAT = "gradloom-recovery"


class RecoveredDesign(msgspec.Struct, frozen=True):
    """A design that was not saved: where it was kept, which file it belongs to ("" for none), and when."""

    file: Path
    original: str
    saved_at: datetime
    design: Design


class Recovery(QObject):
    """Keeps a copy of the document's unsaved edits, at most AUTOSAVE_SECONDS old.

    The copy of a living window is locked, so another start leaves it alone.

    Signals: unavailable(message): the state folder can't be written; said once.
    """

    unavailable = Signal(str)

    def __init__(self, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder
        self._original = ""
        self._complained = False
        self._written = ""
        self._file = folder / f"{os.getpid()}-{time.time_ns():x}.json"
        self._lock = QLockFile(str(_lock_of(self._file)))
        self._lock.setStaleLockTime(0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AUTOSAVE_SECONDS * 1000)
        self._timer.timeout.connect(self.write)
        document.undo_changed.connect(self._on_edited)

    @property
    def file(self) -> Path:
        """Where the copy is kept."""
        return self._file

    def set_original(self, path: Path | None) -> None:
        """Say which file the document belongs to."""
        self._original = "" if path is None else str(path)

    def write(self) -> None:
        """Write the copy now, where the document has changed since the last one."""
        self._timer.stop()
        text = write_document(self._document.design)
        if text == self._written:
            return
        record = {
            "format": FORMAT,
            "original": self._original,
            "saved_at": datetime.now(UTC).isoformat(),
            "design": text,
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.tryLock(0)
            write_atomically(self._file, json.dumps(record, ensure_ascii=False).encode())
        except (OSError, GradloomError) as error:
            if not self._complained:
                self._complained = True
                self.unavailable.emit(f"Unsaved changes can't be kept for recovery: {error}")
            return
        self._written = text

    def clear(self) -> None:
        """Drop the copy: everything is saved, or was given up on purpose."""
        self._timer.stop()
        self._written = ""
        _discard(self._file)
        self._lock.unlock()

    def found(self) -> tuple[list[RecoveredDesign], list[str]]:
        """Return what earlier windows left behind, the newest first, and a sentence for each copy that is damaged."""
        designs, complaints = [], []
        for file in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []:
            if file == self._file or not _is_abandoned(file):
                continue
            try:
                designs.append(_read(file))
            except (OSError, GradloomError) as error:
                complaints.append(f"A recovery copy is damaged and was left out: {error}")
                _set_aside(file)
        designs.sort(key=lambda item: item.saved_at, reverse=True)
        return designs, complaints

    def discard(self, item: RecoveredDesign) -> None:
        """Remove a copy that is not wanted any more."""
        _discard(item.file)

    def _on_edited(self) -> None:
        if self._document.undo_stack.isClean() or self._timer.isActive():
            return
        self._timer.start()


def _read(file: Path) -> RecoveredDesign:
    data: dict[str, Any] = parse(file.read_bytes())
    text, original, saved = data.get("design"), data.get("original"), data.get("saved_at")
    if data.get("format") != FORMAT or not all(isinstance(x, str) for x in (text, original, saved)):
        raise FileFormatError(f"{file.name} is not a recovery copy.")
    try:
        moment = datetime.fromisoformat(str(saved))
    except ValueError:
        moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return RecoveredDesign(file, str(original), moment, read_document(str(text)))


def _is_abandoned(file: Path) -> bool:
    lock = QLockFile(str(_lock_of(file)))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        return lock.error() != QLockFile.LockError.LockFailedError
    lock.unlock()
    return True


def _lock_of(file: Path) -> Path:
    return file.with_suffix(".lock")


def _discard(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return


def _set_aside(file: Path) -> None:
    """Keep a damaged copy, where a person may look for it, but never offer it again."""
    try:
        file.replace(file.with_suffix(".damaged"))
    except OSError:
        return
