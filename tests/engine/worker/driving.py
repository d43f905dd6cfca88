"""Driving a worker in tests: poll until something has happened, with a deadline and no fixed waits."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import engine
from engine.data import DataSettings
from engine.worker import TrainingWorker
from engine.worker import protocol as p
from tests.engine.training.networks import classifier

DEADLINE = 15.0
SHARED = Path("/dev/shm")
EventType = TypeVar("EventType")


def moons(**training: Any) -> engine.Design:
    """A classifier with generated data of its own."""
    design = classifier(hidden=(("Dense", {"units": 6, "activation": "relu"}),), **training)
    design.data = DataSettings(source="moons", options={"samples": 200})
    return design


class Driver:
    """Collects everything that a worker tells."""

    def __init__(self, worker: TrainingWorker) -> None:
        self.worker = worker
        self.events: list[Any] = []
        self.rows: list[list[float]] = []
        self.observations: list[Any] = []
        self._passed = 0

    def look(self) -> list[Any]:
        """Read once, and wait a moment (or for the end of the process) where there was nothing."""
        worker = self.worker
        rows, events, observations = worker.read_scalars(), worker.poll(), worker.read_observations()
        self.rows += rows.tolist()
        self.events += events
        self.observations += observations
        if not len(rows) and not events:
            select.select(worker.waitables(), [], [], 0.005)
        return events

    def until(self, what: type[EventType]) -> EventType:
        """Poll until an event of this type comes after those that were waited for before, and return it."""
        found = self.until_true(
            lambda: next((e for e in self.events[self._passed :] if isinstance(e, what)), None)
        )
        self._passed = self.events.index(found, self._passed) + 1
        return found

    def until_true(self, condition: Callable[[], Any]) -> Any:
        """Poll until the condition holds, and return its value."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            self.look()
        raise AssertionError(f"it did not happen; told were {[type(e).__name__ for e in self.events]}")

    def pid(self) -> int:
        """The number of the process, 0 where none was started."""
        spawned = self.worker._spawned
        return spawned.process.pid or 0 if spawned is not None else 0

    def of(self, what: type[EventType]) -> list[EventType]:
        """The events of a type so far."""
        return [event for event in self.events if isinstance(event, what)]


@contextmanager
def driven(run: p.Run | None = None) -> Iterator[Driver]:
    """A worker that is closed at the end, and that then has left no shared memory behind."""
    with TrainingWorker(threads=1) as worker:
        if run is not None:
            worker.start(run)
        yield Driver(worker)
        block = shared_block(worker)
    worker.close()
    assert block is None or not block.exists()


def shared_block(worker: TrainingWorker) -> Path | None:
    """The file behind a worker's shared memory, where the system shows it as one."""
    spawned = worker._spawned
    return SHARED / spawned.block.name.lstrip("/") if spawned is not None and SHARED.is_dir() else None
