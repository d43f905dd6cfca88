"""Reading data without holding the window up: one thread at a time, the latest request wins, a cancel is heeded."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from designer.common.collector import MainThreadCollector
from designer.data.data_look import DataLook, look_at, look_at_preview
from engine.core.errors import GradloomError
from engine.data.loading import load
from engine.data.previewing import preview
from engine.data.settings import DataSettings


class _CancelledError(Exception):
    """The reading was given up."""


class DataLoader(QObject):
    """Reads data in the background.

    Signals: started(); progressed(done, total); loaded(DataLook, DataSettings); failed(message, DataSettings);
    cancelled(). Whatever belongs to an earlier request is dropped.
    """

    started = Signal()
    progressed = Signal(float, float)
    loaded = Signal(object, object)
    failed = Signal(str, object)
    cancelled = Signal()
    _done = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._collector = MainThreadCollector(self)
        self._next: tuple[DataSettings, Path | None, bool] | None = None
        self._done.connect(self._on_done)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._busy

    def request(
        self, settings: DataSettings, folder: Path | None = None, *, allow_download: bool = False
    ) -> None:
        """Read the data of these settings; a reading under way is given up for it."""
        self._next = (settings, folder, allow_download)
        if self._busy:
            self._stop.set()
        else:
            self._begin()

    def cancel(self) -> None:
        """Give up what is being read."""
        self._next = None
        self._stop.set()

    def _begin(self) -> None:
        assert self._next is not None
        settings, folder, allow_download = self._next
        self._next = None
        self._stop = threading.Event()
        self._busy = True
        self.started.emit()
        arguments = (settings, folder, allow_download, self._stop)
        self._thread = threading.Thread(target=self._read, args=arguments, name="gradloom-data", daemon=True)
        self._collector.hold()
        self._thread.start()

    def _read(
        self, settings: DataSettings, folder: Path | None, allow_download: bool, stop: threading.Event
    ) -> None:
        def on_progress(done: int, total: int) -> None:
            if stop.is_set():
                raise _CancelledError
            self.progressed.emit(float(done), float(total))

        look: DataLook | None = None
        problem = ""
        try:
            look, problem = read_look(settings, folder, on_progress, allow_download)
        except _CancelledError:
            problem = ""
        except GradloomError as error:
            problem = str(error)
        except (OSError, MemoryError, ValueError, ArithmeticError) as error:
            problem = f"{settings.source} can't be read: {error or type(error).__name__}."
        except RuntimeError:
            return  # the window is gone, and the signal's object with it
        if stop.is_set():
            look, problem = None, ""
        try:
            self._done.emit(look, problem, settings)
        except RuntimeError:
            return

    def _on_done(self, look: DataLook | None, problem: str, settings: DataSettings) -> None:
        if self._thread is not None:
            self._thread.join()  # it has nothing left to do but to end
            self._thread = None
        self._collector.release()
        self._busy = False
        if self._next is not None:
            self._begin()
        elif look is not None:
            self.loaded.emit(look, settings)
        elif problem:
            self.failed.emit(problem, settings)
        else:
            self.cancelled.emit()


def read_look(
    settings: DataSettings, folder: Path | None, on_progress: object, allow_download: bool
) -> tuple[DataLook, str]:
    """Return what there is to show of the settings' data, and what keeps it from being trained on ("" for nothing).

    Raises DataError where there is nothing to show.
    """
    shown, problem = None, ""
    if not allow_download:
        try:
            shown = preview(settings, folder=folder)
        except GradloomError as error:
            problem = str(error)
    if shown is not None and shown.dataset is not None:
        return look_at(shown.dataset, shown), ""
    try:
        data = load(settings, folder=folder, on_progress=on_progress, allow_download=allow_download)  # type: ignore[arg-type]
    except GradloomError as error:
        if shown is None:
            raise
        return look_at_preview(shown, str(error)), problem or str(error)
    return look_at(data, shown), ""
