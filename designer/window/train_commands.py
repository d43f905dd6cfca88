"""What the Train menu and the buttons do, and what the bars say of the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from designer.common.text import format_count, format_duration, format_number, format_percent
from designer.common.throttle import Throttle
from designer.document.document import Document
from designer.window.phase_lights import PhaseLights
from designer.window.process_facts import training_process_facts

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.main_window import MainWindow
    from designer.training.session import TrainingSession

ALIVE = ("starting", "running", "paused", "stopping")
REASONS = {
    "epochs": "Finished",
    "patience": "Stopped early: no better",
    "gradient_norm": "Stopped: gradient is small",
    "stopped": "Stopped",
}
OF_SAMPLES = ("sample_quality", "sample_precision")
"""What a network that makes samples is judged by, the most telling first."""
READOUT_MS = 100
FACTS_MS = 1000


class TrainCommands(QObject):
    """Binds the Train menu to the session and mirrors the session in the top bar and the status line."""

    def __init__(
        self, window: MainWindow, document: Document, session: TrainingSession, canvas: CanvasView
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._session, self._canvas = window, document, session, canvas
        self._readout = Throttle(READOUT_MS, self._show_progress, self)
        self._facts = Throttle(FACTS_MS, self._show_process, self)
        self._reason = ""
        self.lights = PhaseLights(session, canvas, self)
        window.commands.bind(
            {
                "train": self.train,
                "continue": lambda: self.train(go_on=True),
                "pause": self.pause_or_resume,
                "step": self.step,
                "stop": session.stop,
                "reset": session.reset,
            }
        )
        for dock in window.plots.docks.values():
            # Space only where nothing else wants it: in the training views.
            key = QShortcut(
                QKeySequence("Space"), dock, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            key.activated.connect(self.pause_or_resume)
        session.state_changed.connect(self._on_state_changed)
        session.progressed.connect(self._readout.call)
        session.loading.connect(self._on_loading)
        session.finished.connect(self._on_finished)
        session.failed.connect(self._on_failed)
        session.weights_changed.connect(self._show_states)
        session.observed.connect(self._on_observed)
        document.checked.connect(self._show_states)
        self._on_state_changed(session.state)

    def train(self, *, go_on: bool = False) -> None:
        """Start a run, or say at once what keeps the design from being trained."""
        if not self._show_first_error():
            self._session.train(go_on=go_on)

    def step(self) -> None:
        """Take one step, of a new run where none is under way."""
        if self._session.is_alive or not self._show_first_error():
            self._session.step()

    def _show_first_error(self) -> bool:
        errors = [problem for problem in self._document.problems if problem.severity == "error"]
        if errors:
            self._on_failed(errors[0].message, errors[0].node)
        return bool(errors)

    def pause_or_resume(self) -> None:
        """Hold the run, or let it go on."""
        if self._session.state == "paused":
            self._session.resume()
        else:
            self._session.pause()

    def _on_state_changed(self, state: str) -> None:
        if state == "starting":
            self._reason = ""
            self._window.messages.hide()
        actions = self._window.commands
        self._window.top_bar.show_state(state, actions["train"], actions["stop"])
        actions.set_text("pause", "Resume" if state == "paused" else "Pause")
        self._show_states()
        self._readout.cancel()
        self._facts.cancel()
        self._show_progress()
        self._show_process()
        if state == "idle":
            self._canvas.set_edge_gradients(None)
            self._canvas.set_badges({})

    def _show_states(self) -> None:
        state = self._session.state
        alive = state in ALIVE
        kept = bool(self._session.weights)
        self._window.commands.enable(
            train=not alive and bool(self._document.design.nodes),
            **{"continue": not alive and kept},
            pause=state in ("starting", "running", "paused"),
            step=state != "stopping" and bool(self._document.design.nodes),
            stop=alive and state != "stopping",
            reset=alive or kept or state in ("finished", "failed"),
        )
        if state == "idle":
            self._show_progress()

    def _show_progress(self) -> None:
        state, progress, bar = self._session.state, self._session.progress, self._window.top_bar
        if state == "starting":
            bar.show_progress("Starting", "reading the data", 0.0, "")
        elif state == "idle" or not progress.step:
            bar.show_progress(*self._held(), -1.0, "")
        else:
            speed = progress.samples_per_second
            detail = (
                f"step {format_count(progress.step_in_epoch)} of {format_count(progress.steps_per_epoch)}"
            )
            if state == "running" and math.isfinite(speed):
                detail += f" · {format_number(speed)} samples/s"
            headline = f"Epoch {format_count(progress.epoch)} of {format_count(progress.epochs)}"
            left = f"{format_duration(progress.seconds_left)} left" if state == "running" else ""
            if state == "paused":
                left = "paused"
            elif state in ("finished", "failed"):
                headline, detail, left = self._ending(headline, detail)
            bar.show_progress(headline, detail, progress.share, left)

    def _held(self) -> tuple[str, str]:
        """Return what is said of a run that a file brought and that can go on, "" where there is none."""
        kept, epochs = self._session.weights, self._document.design.training.epochs
        state = kept.run_state
        if state is None or kept.stale_nodes or state.epoch > epochs:
            return "", ""
        headline = f"Held in epoch {format_count(state.epoch)} of {format_count(epochs)}"
        return headline, "Ctrl+F5 continues"

    def _ending(self, headline: str, detail: str) -> tuple[str, str, str]:
        if self._session.state == "failed":
            return "Failed", f"at {headline[0].lower()}{headline[1:]}", ""
        seconds = self._session.progress.seconds
        took = f"{format_number(seconds, 2)} s" if seconds < 10 else format_duration(seconds)
        reason, outcome = REASONS.get(self._reason, "Finished"), self._session.outcome
        detail = f"{headline[0].lower()}{headline[1:]} · took {took}"
        if kept := getattr(outcome, "restored_epoch", 0):
            detail = f"kept the best, epoch {format_count(kept)} · took {took}"
        return reason, detail, result_text(outcome, self._session.history.epochs)

    def _on_loading(self, done: int, total: int) -> None:
        share = done / total if total else 0.0
        text = f"{format_percent(share)} there" if total else "reading the data"
        self._window.top_bar.show_progress("Fetching data", text, share, "")

    def _on_finished(self, reason: str) -> None:
        self._reason = reason
        self._show_progress()

    def _on_failed(self, message: str, node_id: str) -> None:
        button, action = self._way_out(node_id)
        self._window.messages.show_message(message, "error", button=button, action=action)

    def _way_out(self, node_id: str) -> tuple[str, Callable[[], object] | None]:
        """Return the words of the button beside a failure, and what it does: what helps next, where anything does."""
        if node_id in self._document.design.nodes:
            return "Show the Layer", partial(self._show_node, node_id)
        if self._document.problems:
            return "Problems", partial(self._window.show_panel, "problems")
        if self._session.weights.step > 0:
            return "Continue", partial(self.train, go_on=True)
        return "", None

    def _show_node(self, node_id: str) -> None:
        self._canvas.go_to(node_id)
        self._window.show_panel("inspector")

    def _on_observed(self) -> None:
        self._canvas.set_edge_gradients(self._session.edge_gradients() or None)
        if not self._session.is_alive:
            return
        self._window.status.views.setText(f"views cost {format_percent(self._session.views_cost, 2)}")
        self._facts.call()

    def _show_process(self) -> None:
        state = self._session.state
        words = {
            "idle": "no training process",
            "starting": "training process starting",
            "running": "training process healthy",
            "paused": "training process paused",
            "stopping": "training process stopping",
            "finished": "training process ended well",
            "failed": "✕ training process ended",
        }
        parts = [words.get(state, state)]
        if state in ALIVE:
            parts += training_process_facts()
        self._window.status.process.setText(" · ".join(parts))
        if state not in ALIVE:
            self._window.status.views.setText("")


def result_text(outcome: Any, epochs: Sequence[Any]) -> str:
    """Return the figure that a finished run is judged by: of the part of the data furthest from training.

    `outcome` is the worker's word at the end (its `evaluation` goes before the figures of the epochs, where there is
    one), `epochs` what was measured. Where the weights of the best epoch were put back, its figures count.
    """
    parts: dict[str, Any] = dict(getattr(outcome, "evaluation", None) or {})
    kept = getattr(outcome, "restored_epoch", 0)
    for epoch in [e for e in epochs if e.epoch == kept] or list(epochs[-1:]):
        parts.setdefault("validation", epoch.validation)
        parts.setdefault("training", epoch.metrics)
    for part in ("test", "validation", "training"):
        figures = {name: value for name, value in (parts.get(part) or {}).items() if name != "loss"}
        if figures:
            # Of a network that makes samples, the accuracy of its discriminator says nothing.
            name = next((name for name in OF_SAMPLES if name in figures), next(iter(figures)))
            words, value = name.replace("_", " "), figures[name]
            if name in OF_SAMPLES:
                return f"{words} {format_percent(value)}"
            return f"{part} {words} {format_percent(value) if 'accuracy' in name else format_number(value)}"
    return ""
