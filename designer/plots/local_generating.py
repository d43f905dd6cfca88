"""Writing beside the window's thread: kept weights in a network of their own, token by token, until done or stopped."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from designer.common.collector import MainThreadCollector
from engine.core.errors import GradloomError
from engine.design.design import Design

TELL_EVERY = 0.05
"""Seconds from one look at what is being written to the next."""
LOOK_MS = 20


class Wish(NamedTuple):
    """What to write: with which weights ("name/parameter" -> array), from which prompt, and how.

    `preprocessing` says what the ids mean; without it the design's data is read. An empty prompt of a network that
    answers to sources takes a sample of the data, the one of number `example`.
    """

    design: Design
    weights: Mapping[str, Any]
    step: int
    folder: str | None
    preprocessing: Any
    needs_source: bool
    prompt: str
    settings: Mapping[str, Any]
    example: int = 0


class Written(NamedTuple):
    """What there is by now. `prompt` is the source, `truth` what the data says of it ("" where it says nothing)."""

    texts: tuple[Any, ...]
    prompt: str
    truth: str
    step: int
    done: bool


class LocalGenerating(QObject):
    """One thread at a time. Signals: written(Written): more, or all, is there; refused(message).

    The thread touches nothing of Qt: a signal sent from it takes Qt's locks while it holds Python's, and a window that
    lets go of objects at that moment takes them the other way round. It tells through a queue, which a timer reads.
    """

    written = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._running = 0
        self._collector = MainThreadCollector(self)
        self._data: tuple[Any, Any] | None = None
        self._told: queue.SimpleQueue[tuple[threading.Thread, Written | str]] = queue.SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_busy(self) -> bool:
        """Whether something is being written."""
        return self._thread is not None

    def begin(self, wish: Wish) -> None:
        """Write this; what is under way is stopped, and no more of it is told."""
        self.stop()
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(wish, self._stop), name="gradloom-generating", daemon=True
        )
        self._running += 1
        self._collector.hold()
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """Stop writing; what is there stays."""
        self._stop.set()
        self._thread = None

    # ------------------------------------------------------------------ in the thread

    def _run(self, wish: Wish, stop: threading.Event) -> None:
        message = ""
        try:
            self._write(wish, stop)
        except GradloomError as error:
            message = str(error)
        except MemoryError:
            message = "There is not enough memory to write so much at once."
        except Exception as error:  # noqa: BLE001 - nobody is above a thread who could tell the person
            message = f"Writing failed: {type(error).__name__}: {error}."
        self._told.put((threading.current_thread(), message))

    def _write(self, wish: Wish, stop: threading.Event) -> None:
        from engine.compiler.network import compile_design
        from engine.training.writing import generating

        network = compile_design(wish.design)
        network.load_weights(dict(wish.weights))
        prompt, truth, meaning = wish.prompt, "", wish.preprocessing
        if meaning is None or (wish.needs_source and not prompt.strip()):
            data = self._load(wish)
            meaning = meaning or data.preprocessing
            if wish.needs_source and not prompt.strip():
                prompt, truth = example_of(data, wish.example)
        next_look = 0.0
        texts: tuple[Any, ...] = ()
        for found in generating(network, prompt, data=meaning, **wish.settings):
            texts = tuple(found)
            if stop.is_set():
                return
            if (now := time.perf_counter()) >= next_look:
                next_look = now + TELL_EVERY
                self._tell(Written(texts, prompt, truth, wish.step, False))
        self._tell(Written(texts, prompt, truth, wish.step, True))

    def _tell(self, written: Written) -> None:
        self._told.put((threading.current_thread(), written))

    def _load(self, wish: Wish) -> Any:
        from engine.core.errors import DataError
        from engine.data.loading import load

        settings = wish.design.data
        if settings is None:
            raise DataError("What the network's ids mean is not known: the design names no data.")
        key = (settings, wish.folder)
        if self._data is None or self._data[0] != key:
            self._data = (key, load(settings, folder=Path(wish.folder) if wish.folder else None))
        return self._data[1]

    # ------------------------------------------------------------------ in the window's thread

    def _look(self) -> None:
        """Pass on what the threads have told; the last thing that each tells is how it ended."""
        while not self._told.empty():
            thread, what = self._told.get()
            if isinstance(what, Written):
                self._on_told(thread, what)
            else:
                self._on_ended(thread, what)

    def _on_told(self, thread: threading.Thread, written: Written) -> None:
        if thread is self._thread:
            self.written.emit(written)

    def _on_ended(self, thread: threading.Thread, message: str) -> None:
        thread.join()
        self._running -= 1
        if not self._running:
            self._timer.stop()
            self._collector.release()
        if thread is self._thread:
            self._thread = None
            if message:
                self.refused.emit(message)


def example_of(data: Any, number: int) -> tuple[str, str]:
    """Return a held-out source of a data set, and its target, as texts."""
    from engine.data.tokens import text_of

    split = data.validation or data.test or data.train
    if not data.vocabulary or not isinstance(split.x, np.ndarray) or not isinstance(split.y, np.ndarray):
        return "", ""
    row = int(np.random.default_rng(number).integers(len(split)))
    unit = data.preprocessing.unit
    source = text_of(split.x[row], data.vocabulary, unit, first=1)
    return source, text_of(split.y[row], data.classes, unit) if split.y.ndim == 2 else ""
