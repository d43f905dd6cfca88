"""Predictions without a run: kept weights asked in the window's own process, beside the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from designer.common.collector import MainThreadCollector
from engine.core.errors import GradloomError
from engine.data.dataset import DataSet
from engine.data.settings import DataSettings
from engine.design.design import Design

KEPT_BYTES = 64 * 2**20
"""Larger data is read again each time: the window does not hold a second copy of it for a picture."""


class Request(NamedTuple):
    """What to compute: which picture of which network with which weights ("name/parameter" -> array)."""

    design: Design
    weights: Mapping[str, Any]
    step: int
    folder: str | None
    output: str
    part: str


class LocalPredictions(QObject):
    """One thread at a time; of the requests that come meanwhile the last is answered.

    Signals: computed(value): what a worker's watch would have brought; refused(message): why there is nothing.
    """

    computed = Signal(object)
    refused = Signal(str)
    _done = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._running = 0
        self._collector = MainThreadCollector(self)
        self._next: Request | None = None
        self._data: tuple[DataSettings, str, DataSet] | None = None
        self._done.connect(self._on_done)

    @property
    def is_busy(self) -> bool:
        """Whether something is being computed."""
        return self._thread is not None

    def request(self, request: Request) -> None:
        """Compute this; what is under way for an earlier request is not told."""
        self._next = request
        if self._thread is None:
            self._begin()

    def cancel(self) -> None:
        """Tell nothing of what is under way or waits."""
        self._next = None
        self._thread = None

    def _begin(self) -> None:
        request, self._next = self._next, None
        assert request is not None
        self._thread = threading.Thread(
            target=self._run, args=(request,), name="gradloom-predictions", daemon=True
        )
        self._running += 1
        self._collector.hold()
        self._thread.start()

    def _run(self, request: Request) -> None:
        value: dict[str, Any] | None = None
        message = ""
        try:
            value = self._compute(request)
        except GradloomError as error:
            message = str(error)
        except MemoryError:
            message = "There is not enough memory to show the predictions."
        except Exception as error:  # noqa: BLE001 - nobody is above a thread who could tell the person
            message = f"The predictions failed: {type(error).__name__}: {error}."
        try:
            self._done.emit((threading.current_thread(), value), message)
        except RuntimeError:  # the window is gone
            pass

    def _compute(self, request: Request) -> dict[str, Any]:
        from engine.compiler.network import compile_design
        from engine.training.predictions import Predictor

        network = compile_design(request.design)
        network.load_weights(dict(request.weights))
        predictor = Predictor(network, self._load(request), request.output, request.part)
        return {"step": request.step, **predictor.compute(), "about": predictor.about}

    def _load(self, request: Request) -> DataSet:
        """Return the request's data; the last is kept while it is small: settings seldom change."""
        from engine.core.errors import DataError
        from engine.data.loading import load

        settings, folder = request.design.data, request.folder or ""
        if settings is None:
            raise DataError("The design names no data. Choose a data set in the Data panel.")
        if self._data is not None and self._data[:2] == (settings, folder):
            return self._data[2]
        data = load(settings, folder=Path(folder) if folder else None)
        small = sum(a.nbytes for part in data.parts().values() for a in part.arrays().values()) <= KEPT_BYTES
        self._data = (settings, folder, data) if small else None
        return data

    def _on_done(self, result: tuple[threading.Thread, Any], message: str) -> None:
        thread, value = result
        thread.join()
        self._running -= 1
        if not self._running:
            self._collector.release()
        if thread is not self._thread:
            return
        self._thread = None
        if self._next is not None:
            self._begin()
        elif value is not None:
            self.computed.emit(value)
        else:
            self.refused.emit(message)
