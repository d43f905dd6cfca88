"""The file that a document lives in: new, open, save, and everything that can go wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from designer.document.file_lock import FileLock
from designer.document.file_watch import FileWatch
from designer.document.prompts import FilePrompts, RecoveryChoice
from designer.document.recent_files import RecentFiles
from designer.document.recovery import Recovery
from designer.document.storage import Loaded, TrainedParts, holds_weights, read_file, write_file
from engine.core.errors import GradloomError
from engine.design import edits as e
from engine.design.design import Design

SUFFIX = ".gradloom"


class FileSession(QObject):
    """Keeps a document and its file together. Every command returns whether it was carried out.

    `collect` gives what was trained, and `thumbnail` a PNG of the canvas; the application puts both in.

    Signals:
        state_changed(): the path, whether there are unsaved changes, or whether writing is allowed is another.
        loaded(TrainedParts): another document is in place, with what its file held beside the design.
        saved(path)
    """

    state_changed = Signal()
    loaded = Signal(object)
    saved = Signal(str)

    def __init__(
        self,
        document: Document,
        prompts: FilePrompts,
        recent: RecentFiles,
        recovery: Recovery,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.collect: Callable[[], TrainedParts] = TrainedParts
        self.thumbnail: Callable[[], bytes | None] = lambda: None
        self.recent = recent
        self.prompts = prompts
        self._document = document
        self._recovery = recovery
        self._path: Path | None = None
        self._lock: FileLock | None = None
        self._read_only_because = ""
        self._trained_changed = False
        self._watch = FileWatch(self)
        self._watch.changed.connect(self._on_changed_on_disk)
        document.clean_changed.connect(self._on_clean_changed)
        document.section_changed.connect(self._on_section_changed)

    # ------------------------------------------------------------------ state

    @property
    def path(self) -> Path | None:
        """The document's file, or None where it was never saved."""
        return self._path

    @property
    def name(self) -> str:
        """What the window is called: the file's name without its suffix, or the design's."""
        return self._path.stem if self._path is not None else self._document.design.name

    @property
    def modified(self) -> bool:
        """Whether there is something to save."""
        return self._trained_changed or not self._document.undo_stack.isClean()

    @property
    def read_only(self) -> bool:
        """Whether this window may not write the file; `read_only_because` says why."""
        return bool(self._read_only_because)

    @property
    def read_only_because(self) -> str:
        """Why the file may not be written, or ""."""
        return self._read_only_because

    def mark_trained(self) -> None:
        """Note that the weights are others than those in the file."""
        self._trained_changed = True
        self.state_changed.emit()

    # ------------------------------------------------------------------ commands

    def new(
        self, design: Design | None = None, trained: TrainedParts | None = None, *, ask: bool = True
    ) -> bool:
        """Begin another document, empty or from a template, which may bring what was trained."""
        if ask and not self.settle():
            return False
        self._take_over(Loaded(design or Design(), trained or TrainedParts()), None)
        return True

    def open(self, path: str | Path = "", *, ask: bool = True) -> bool:
        """Open a file, asking for its name where none is given. On an error the present document stays."""
        if ask and not self.settle():
            return False
        chosen = str(path) or self.prompts.open_path(str(self._folder()))
        if not chosen:
            return False
        target = Path(chosen).absolute()
        try:
            loaded = read_file(target)
        except GradloomError as error:
            self.recent.remove(target)
            self.prompts.failed(f"Can't open {target.name}", str(error))
            return False
        self._take_over(loaded, target)
        self.recent.add(target)
        if self.read_only:
            self.prompts.notice(f"{self._read_only_because} It is open to read; Save As makes a copy.")
        return True

    def save(self) -> bool:
        """Write the document to its file, asking for a name where it has none."""
        if self._path is None or self.read_only:
            return self.save_as()
        if self._watch.differs() and not self.prompts.overwrite_changed(self._path.name):
            return False
        return self._write(self._path)

    def save_as(self, path: str | Path = "") -> bool:
        """Write the document to another file, which becomes its own."""
        chosen = str(path) or self.prompts.save_path(str(self._suggestion()))
        if not chosen:
            return False
        target = Path(chosen).absolute()
        if target.suffix.lower() not in (SUFFIX, ".json"):
            target = target.with_name(target.name + SUFFIX)
        if target == self._path and not self.read_only:
            return self._write(target)
        lock = FileLock(target)
        if not lock.held and target.exists():
            self.prompts.failed(f"Can't write {target.name}", f"{lock.reason} Choose another name.")
            return False
        if not self._write(target):
            lock.release()
            return False
        self._put_lock(lock)
        self.recent.add(target)
        return True

    def settle(self) -> bool:
        """Ask about unsaved changes, and save them if so wished. False: stay where we are."""
        if not self.modified:
            return True
        answer = self.prompts.unsaved_changes(self.name)
        if answer == "save":
            return self.save()
        return answer == "discard"

    def close(self) -> None:
        """Let go of the file: nothing is asked and nothing is written."""
        self._watch.accept(None)
        self._put_lock(None)
        self._recovery.clear()

    def offer_recovery(self) -> bool:
        """Offer what a crash left behind; the design chosen is open, and unsaved, afterwards."""
        found, complaints = self._recovery.found()
        for complaint in complaints:
            self.prompts.notice(complaint)
        choice = self.prompts.recover(found) if found else RecoveryChoice()
        for item in choice.dropped:
            self._recovery.discard(item)
        if choice.chosen is None:
            return False
        original = Path(choice.chosen.original) if choice.chosen.original else None
        # A copy holds edits alone: without the file's weights, saving it would lose them.
        self._take_over(Loaded(choice.chosen.design, _trained_in(original)), original)
        self._document.undo_stack.resetClean()
        self._recovery.write()
        self._recovery.discard(choice.chosen)
        return True

    # ------------------------------------------------------------------ inside

    def _take_over(self, loaded: Loaded, path: Path | None) -> None:
        self._recovery.clear()
        self._path = path
        self._put_lock(None if path is None else FileLock(path))
        self._watch.accept(path)
        self._recovery.set_original(path)
        self._trained_changed = False
        self._document.set_design(loaded.design)
        self.loaded.emit(loaded.trained)
        self.state_changed.emit()

    def _write(self, target: Path) -> bool:
        trained = self.collect()
        if not holds_weights(target) and not trained.empty and not self.prompts.weights_left_out(target.name):
            return False
        self._keep_data_in_reach(target.parent)
        self._name_after(target)
        try:
            write_file(target, self._document.design, trained, self.thumbnail())
        except GradloomError as error:
            self.prompts.failed(f"Can't save {target.name}", str(error))
            return False
        self._path = target
        self._trained_changed = False
        self._watch.accept(target)
        self._document.undo_stack.setClean()
        self._recovery.set_original(target)
        self._recovery.clear()
        self.state_changed.emit()
        self.saved.emit(str(target))
        return True

    def _keep_data_in_reach(self, folder: Path) -> None:
        """Name the data from the folder that the file goes to, where that is another one."""
        from engine.data.references import moved_data

        before, data = Path.cwd() if self._path is None else self._path.parent, self._document.design.data
        if data is None or Path(data.source).is_absolute() or before == folder:
            return
        moved = moved_data(data, before, folder)
        if moved != data:
            self._document.push("Name the data from the new folder", [e.SetSection("data", moved)])

    def _name_after(self, target: Path) -> None:
        """Name a design that nobody has named after the file that it goes to."""
        if self._document.design.name == Design().name and target.stem != Design().name:
            self._document.push("Name the design after its file", [e.SetSection("name", target.stem)])

    def _put_lock(self, lock: FileLock | None) -> None:
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        self._lock = lock
        self._read_only_because = "" if lock is None or lock.held else lock.reason

    def _folder(self) -> Path:
        if self._path is not None:
            return self._path.parent
        recent = self.recent.paths()
        return recent[0].parent if recent else Path.home()

    def _suggestion(self) -> Path:
        if self._path is not None:
            return self._path.with_stem(f"{self._path.stem} copy") if self.read_only else self._path
        return self._folder() / f"{self._document.design.name or 'untitled'}{SUFFIX}"

    def _on_clean_changed(self) -> None:
        self.state_changed.emit()

    def _on_section_changed(self, section: str) -> None:
        if section == "name":
            self.state_changed.emit()

    def _on_changed_on_disk(self) -> None:
        if self._path is None:
            return
        if not self._path.exists():
            self.prompts.notice(
                f"{self._path.name} was removed or renamed by another program. Save writes it anew."
            )
        elif self.prompts.changed_on_disk(self._path.name, self.modified):
            self.open(self._path, ask=False)


def _trained_in(path: Path | None) -> TrainedParts:
    """Return what a file holds beside its design, nothing where it can't be read."""
    if path is None:
        return TrainedParts()
    try:
        return read_file(path).trained
    except GradloomError:
        return TrainedParts()
