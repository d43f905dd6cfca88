"""The window's one boundary to the training process: what it asks for, what it hears, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from designer.training.history import RunHistory
from designer.training.kept_weights import KeptWeights
from designer.training.launch import Launcher
from designer.training.messages import died_text, failed_text
from designer.training.node_marks import NodeMark, node_marks
from designer.training.progress import Progress
from designer.training.run_link import RunLink
from designer.training.run_record import RunRecord
from designer.training.watches import WatchBoard, Watched, WatchKey, watched_of
from engine.core.errors import GradloomError
from engine.training.cures import with_cures
from engine.worker import protocol

State = Literal["idle", "starting", "running", "paused", "stopping", "finished", "failed"]


class TrainingSession(QObject):
    """Starts, steers and follows one run at a time, and keeps what it leaves.

    `record` holds what the run tells (history, progress, findings, observation), `weights` what it learnt and what a
    run starts from.

    Signals:
        state_changed(state); progressed(Progress); history_changed(): new rows, epochs or flags; observed(): new
        figures of the layers; watched(WatchKey): something looked at has a newer value; findings_changed();
        weights_changed(): other weights are kept, or they went stale; failed(message, node_id); finished(reason);
        loading(done, total): data is being read or downloaded (total 0 where it is not known).
    """

    state_changed = Signal(str)
    progressed = Signal(object)
    history_changed = Signal()
    observed = Signal()
    watched = Signal(object)
    findings_changed = Signal()
    weights_changed = Signal()
    failed = Signal(str, str)
    finished = Signal(str)
    loading = Signal(object, object)

    def __init__(
        self,
        document: Document,
        launcher: Launcher | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._launcher = launcher or Launcher()
        self._link = RunLink(self._launcher.worker, self)
        self._link.polled.connect(self._on_polled)
        self._link.overdue.connect(self._on_overdue)
        self._board = WatchBoard()
        self._step_at_once = False
        self.state: State = "idle"
        self.record = RunRecord()
        self.outcome: protocol.Finished | None = None
        """How the last run ended, with the figures of its evaluation; None where none has ended so."""
        self.weights = KeptWeights(document, self)
        self.weights.changed.connect(self.weights_changed)
        self.folder: str | None = None
        """Where the document's relative data paths start."""
        self.preprocessing: Any = None
        """How a file says that its samples became what the network sees; None where it says nothing."""
        document.reset.connect(self._on_document_reset)

    # ------------------------------------------------------------------ what the run tells

    @property
    def history(self) -> RunHistory:
        """The RunHistory of the present or last run."""
        return self.record.history

    @property
    def progress(self) -> Progress:
        """Where the run is: a Progress."""
        return self.record.progress

    @property
    def findings(self) -> tuple[Any, ...]:
        """What diagnosis found, the latest word."""
        return self.record.findings

    @property
    def observation(self) -> Any:
        """The latest observation of the layers, or None."""
        return self.record.observation

    @property
    def views_cost(self) -> float:
        """The share of the run's time that goes into what the views show, 0 to 1."""
        return self.record.views_cost

    @property
    def is_alive(self) -> bool:
        """Whether a run is under way, paused or not."""
        return self._link.worker is not None

    def edge_gradients(self) -> dict[Any, float]:
        """Return the RMS gradient across each wire, as last observed; empty where nothing is known."""
        return dict(getattr(self.observation, "edge_gradient_rms", None) or {})

    def node_marks(self) -> dict[str, NodeMark]:
        """Return what training found at each node, the worst where there are several, for the badges."""
        design = self._document.design
        return node_marks(with_cures(design, self.findings), design.nodes)

    # ------------------------------------------------------------------ steering

    def train(self, *, go_on: bool = False, paused: bool = False) -> None:
        """Start a run from the initial weights (the same every time), or `go_on` from where the last one ended.

        A paused run is resumed. A design that can't be trained is told by `failed`, and nothing starts.
        """
        if self.is_alive:
            self.resume()
            return
        kept = self.weights
        state = kept.run_state if go_on and not kept.stale_nodes else None
        weights = kept.by_name() if go_on and state is None else kept.start
        if state is None:
            self._begin_record()
        else:
            self.history.cut(kept.step or state.step)
        kept.begin_run()
        self._step_at_once = paused
        self._set_state("starting")
        design, launcher = self._document.whole, self._launcher
        try:
            run = launcher.run(design, weights=weights, state=state, folder=self.folder, paused=paused)
            self._link.open(run, launcher.watches(self._board.keys))
        except (GradloomError, OSError) as error:
            self._end("failed")
            self.failed.emit(str(error), str(getattr(error, "node", "")))

    def pause(self) -> None:
        """Hold the run after the step that it is in."""
        if self.state in ("starting", "running"):
            self._link.worker.pause()

    def resume(self) -> None:
        """Let a paused run go on."""
        if self.state == "paused":
            self._link.worker.resume()

    def step(self) -> None:
        """Take one training step: of the paused run, or of a new one; a running one is paused."""
        if not self.is_alive:
            self.train(paused=True)
        elif self.state == "paused":
            self._link.worker.step()
        else:
            self.pause()

    def request_weights(self) -> None:
        """Ask the run for the weights as they are; `weights_changed` tells when they are here."""
        if self.is_alive:
            self._link.worker.request_weights()

    def stop(self) -> None:
        """End the run and keep its weights. However often it is asked, the worker is told once."""
        if self.is_alive and self.state != "stopping":
            self._set_state("stopping")
            self._link.expect_end()
            self._link.worker.stop()

    def reset(self) -> None:
        """End the run at once and forget what it learnt: the next one starts from the same initial weights."""
        self._link.close()
        self._begin_record()
        self.weights.go_back()
        self._set_state("idle")

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate of the run from its next step on."""
        if self.is_alive:
            self._link.worker.set_learning_rate(learning_rate)

    def close(self) -> None:
        """End everything; for the window that closes."""
        self._link.close()
        self._set_state("idle")

    def take_file(self, weights: Mapping[str, Any], run_state: Any, history: Any) -> None:
        """Keep what a file holds beside its design: weights to start or go on from, and the curves (a History)."""
        if history is not None:
            self.record = RunRecord.of_file(history)
            self.history_changed.emit()
        if weights:
            self.weights.take_file(weights, run_state)

    # ------------------------------------------------------------------ looking

    def watch(self, owner: str, keys: Iterable[tuple[str, str]]) -> None:
        """Say what an owner (a panel) looks at from now on: (node id, parameter or "activations") each."""
        if self._board.want(owner, (WatchKey(*key) for key in keys)) and self._link.worker is not None:
            self._link.worker.watch(self._launcher.watches(self._board.keys))

    def latest(self, node_id: str, what: str) -> Watched | None:
        """Return what came last of something watched; its `parts` are all that the worker sent of it."""
        return self._board.latest(WatchKey(node_id, what))

    def latest_parameter(self, node_id: str, name: str) -> Watched | None:
        """Return a node's parameter as it was last seen; without a run, as it is kept."""
        found = self.latest(node_id, name)
        if found is not None and (found.values is not None or self.is_alive):
            return found
        values = self.weights.node(node_id).get(name)
        return None if values is None else Watched(0, self.weights.step, values=values)

    # ------------------------------------------------------------------ hearing

    def _on_polled(self) -> None:
        worker = self._link.worker
        if worker is None:
            return
        events = worker.poll()
        told = False
        for event in events:
            if isinstance(event, protocol.Started):
                self.record.begin(event)
                self._set_state("running")
                told = True
        rows, observations = worker.read_scalars(), worker.read_observations()
        if len(rows):
            self.record.take_rows(rows)
            self.progressed.emit(self.progress)
        for observation in observations:
            self.record.take_observation(observation)
        self._read_watches(worker)
        told = bool(len(rows)) or told
        for event in events:
            if self._link.worker is worker:
                told = self._hear(event) or told
        if told:
            self.history_changed.emit()
        if observations:
            self.observed.emit()

    def _read_watches(self, worker: Any) -> None:
        keys = sorted(self._board.keys)
        for key, watch in zip(keys, self._launcher.watches(keys), strict=True):
            found = worker.read_watch(watch)
            if found is not None and self._board.put(key, watched_of(found[0], self.history.step, found[1])):
                self.watched.emit(key)

    def _hear(self, event: protocol.Event) -> bool:
        """Act on an event; return whether the history has changed."""
        match event:
            case protocol.Loading(done, total):
                self.loading.emit(done, total)
            case protocol.EpochEnded():
                self.record.take_epoch(event)
                return True
            case protocol.LearningRateChanged():
                self.record.take_change(event.step, "rate", event.old, event.new)
                return True
            case protocol.Paused():
                self._on_paused()
            case protocol.Resumed():
                self._set_state("running")
            case protocol.Findings():
                self.record.findings = event.findings
                self.findings_changed.emit()
            case protocol.Weights():
                self.weights.take_run(event, self.record)
            case protocol.Finished():
                self.outcome = event
                self._end("finished")
                self.finished.emit(event.reason)
            case protocol.Failed():
                if event.kind == "not_finite":
                    self.history.not_finite_step = event.step
                self._end("failed")
                self.failed.emit(failed_text(event.message, event.step, self.weights.step), event.node)
                return True
            case protocol.Died():
                self._end("failed")
                kept = self.weights.step if self.weights else event.last_checkpoint_step
                self.failed.emit(died_text(event.exitcode, kept, event.hint), "")
        return False

    def _on_paused(self) -> None:
        self._set_state("paused")
        worker = self._link.worker
        if self._step_at_once:
            self._step_at_once = False
            worker.step()
        elif worker is not None:
            worker.request_weights()

    def _on_overdue(self) -> None:
        self._end("finished")
        self.finished.emit("stopped")

    def _end(self, state: State) -> None:
        self._link.close()
        self._set_state(state)

    def _begin_record(self) -> None:
        self.record, self.outcome = RunRecord(), None
        self._board.forget()
        for told in (self.history_changed, self.observed, self.findings_changed):
            told.emit()

    def _set_state(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _on_document_reset(self) -> None:
        self._link.close()
        self._begin_record()
        self.preprocessing = None
        self.weights.clear()
        self._set_state("idle")
