"""The window's side of a training process. No call here waits, but `close`, which waits a moment."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import WorkerError
from engine.core.threads import default_threads
from engine.training.observation import Observation, ObservationLayout
from engine.worker import protocol as p
from engine.worker import shared
from engine.worker.hints import hint_for
from engine.worker.reading import EpochReader, observation_reader, read_watch_slot
from engine.worker.shared import RingReader
from engine.worker.spawning import Spawned, spawn

TERMINATE_AFTER, KILL_AFTER = 2.5, 3.5
"""Seconds after `stop` at which a worker that does not answer is asked by signal, and then ended."""


class TrainingWorker:
    """One training process, which carries out one run.

    Call `start`, then some 30 times a second `read_scalars`, `poll` and the other readers, and `close` at the end.
    `prepare` spawns the process ahead of time, so that a later `start` begins at once. Several workers can run side
    by side. `threads` are those of the linear algebra, all cores but one where None.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = default_threads() if threads is None else max(1, threads)
        self.last_checkpoint: p.Weights | None = None
        """The newest weights that the worker sent, for whatever purpose: all that is left when it dies."""
        self._spawned: Spawned | None = None
        self._release: weakref.finalize[Any, TrainingWorker] | None = None
        self._run: p.Run | None = None
        self._started = self._over = self._died = self._closed = self._forced = False
        self._stop_at: float | None = None
        self._scalars: RingReader | None = None
        self._epochs: EpochReader | None = None
        self._observations: tuple[ObservationLayout, RingReader] | None = None
        self._watches: tuple[p.Watch, ...] = ()
        self._generation = 0
        self._slots: dict[p.Watch, p.SlotLayout] = {}

    # ------------------------------------------------------------------ commands

    def prepare(self) -> None:
        """Spawn the process; it loads the engine and waits. Raises WorkerError where the system refuses."""
        if self._closed:
            raise WorkerError("This worker was closed: make a new one.")
        if self._spawned is None:
            self._spawned = spawned = spawn(self.threads)
            self._release = weakref.finalize(self, spawned.release)
            self._scalars = RingReader(spawned.block, shared.SCALARS_AT, len(p.SCALARS), shared.SCALAR_ROWS)

    def start(self, run: p.Run) -> None:
        """Begin a run. Raises WorkerError where this worker had one already."""
        if self._run is not None:
            raise WorkerError("This worker has carried out a run: make a new one for each run.")
        self.prepare()
        self._run = run
        if self._watches:
            self._send_watches()
        self._send(p.Start(run))

    def pause(self) -> None:
        """Hold after the step under way; Paused answers."""
        self._send(p.Pause())

    def resume(self) -> None:
        """Go on; Resumed answers."""
        self._send(p.Resume())

    def step(self) -> None:
        """Take one step and hold; Paused answers."""
        self._send(p.Step())

    def stop(self) -> None:
        """End the run: Weights and Finished answer, or, from a worker that hangs, Died within five seconds."""
        if self._stop_at is None and self._run is not None:
            self._stop_at = time.monotonic()
            self._send(p.Stop())

    def set_learning_rate(self, learning_rate: float) -> None:
        """Make the learning rate this from the next step on; LearningRateChanged answers."""
        self._send(p.SetLearningRate(float(learning_rate)))

    def request_weights(self) -> None:
        """Ask for the weights as they are; Weights answers."""
        self._send(p.RequestWeights())

    def watch(self, watches: Iterable[p.Watch]) -> None:
        """Watch these and nothing else. May be called before `start`."""
        self._watches = tuple(p.Watch(watch.node_id, watch.what) for watch in watches)
        if self._run is not None:
            self._send_watches()

    # ------------------------------------------------------------------ looking

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._spawned is not None and self._spawned.process.is_alive()

    def waitables(self) -> list[int]:
        """Return the file descriptors that become readable when the process ends (none on Windows: poll there)."""
        if self._spawned is None or sys.platform == "win32":
            return []
        return [self._spawned.process.sentinel]

    def poll(self) -> list[p.Event]:
        """Return what has happened since the last call, in order."""
        spawned = self._spawned
        if spawned is None:
            return []
        ended = spawned.channel.is_closed  # asked first: what came before the end is then in the inbox
        events: list[p.Event] = []
        started = 0
        while (content := spawned.channel.take()) is not None:
            message = p.decode_message(content)
            if self._keep(message):
                events.append(message)
                if isinstance(message, p.Started):
                    started = len(events)
        if self._started and self._epochs is not None:  # the table fills while Started may be in the pipe
            events[started:started] = self._epochs.read()
        if ended:
            events += self._notice_end(spawned)
        elif self._stop_at is not None:
            self._insist(spawned, time.monotonic() - self._stop_at)
        return events

    def read_scalars(self) -> NDArray[np.float64]:
        """Return the rows (k, len(SCALARS)) since the last call, oldest first."""
        if self._scalars is None:
            return np.zeros((0, len(p.SCALARS)))
        return self._scalars.read()

    def read_observations(self) -> list[Observation]:
        """Return the observations since the last call, oldest first."""
        if self._observations is None:
            return []
        layout, reader = self._observations
        return [layout.read(row) for row in reader.read()]

    def read_watch(self, watch: p.Watch) -> tuple[int, dict[str, Any]] | None:
        """Return (version, value) of something watched, or None while there is nothing.

        The version changes with every new value. The value maps "step"; "counts" and "edges" of the histogram (of a
        parameter's values, or of what enters an activation); "mean", "std", "minimum", "maximum" of the same;
        "saturated" and "dead" shares (NaN where they mean nothing); and a parameter's "values", unless it is so large
        that only its histogram fits.
        """
        watch = p.Watch(watch.node_id, watch.what)
        layout, spawned = self._slots.get(watch), self._spawned
        if layout is None or spawned is None:
            return None
        return read_watch_slot(spawned.block, layout, self._generation)

    def close(self) -> None:
        """End the process, whatever it does, and give back its memory. May be called twice."""
        self._closed = self._over = True
        self._scalars = self._epochs = self._observations = None
        self._slots.clear()
        self._spawned = None
        if self._release is not None:
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ parts

    def _send(self, command: p.Command) -> None:
        if self._spawned is not None and not self._over:
            self._spawned.channel.send(p.encode(command))

    def _send_watches(self) -> None:
        self._generation += 1
        self._slots.clear()
        self._send(p.SetWatches(self._generation, self._watches))

    def _keep(self, message: p.Message) -> bool:
        """Keep what is for the client itself; return whether the message is an event for the caller."""
        match message:
            case p.WatchLayout(generation, slots):
                if generation == self._generation:
                    self._slots = {slot.watch: slot for slot in slots if not slot.problem}
                return False
            case p.TableLayout() if self._spawned is not None:
                self._epochs = EpochReader(self._spawned.block, message.metrics)
                self._observations = observation_reader(self._spawned.block, message)
                return False
            case p.Started():
                self._started = True
            case p.Weights():
                self.last_checkpoint = message
            case p.Finished() | p.Failed():
                self._over = True
        return True

    def _notice_end(self, spawned: Spawned) -> list[p.Event]:
        if self._over or self._died:
            return []
        exit_code = spawned.process.exitcode
        if exit_code is None and not spawned.wait_a_little():
            return []
        self._died = self._over = True
        step = self.last_checkpoint.step if self.last_checkpoint is not None else -1
        exit_code = spawned.process.exitcode
        return [
            p.Died(
                exitcode=exit_code, last_checkpoint_step=step, hint=hint_for(exit_code, forced=self._forced)
            )
        ]

    def _insist(self, spawned: Spawned, waited: float) -> None:
        if waited > KILL_AFTER:
            self._forced = True
            spawned.process.kill()
        elif waited > TERMINATE_AFTER and not self._forced:
            self._forced = True
            spawned.process.terminate()
