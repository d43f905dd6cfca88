"""The session against a worker that replays a run: its states, what it keeps, and what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.training.session import TrainingSession
from designer.training.watches import WatchKey
from engine.core.errors import WorkerError
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge
from engine.training.finding import Finding
from engine.training.state import RunState
from engine.worker import protocol
from tests.designer.training.fake_worker import FakeLauncher, Story


def small_design() -> Design:
    design = Design("small")
    x = design.add("Input", shape=(4,))
    x = design.add("Dense", x, units=8, activation="relu")
    x = design.add("Dense", x, units=3, activation="softmax")
    design.add("Output", x, loss="categorical_crossentropy")
    return design


EDGE = Edge(source="dense_1", target="dense_2")


class Bench:
    """A document, a session, and the fake workers that it starts. The timer stands still: tests poll by hand."""

    def __init__(self) -> None:
        story = Story(layers=("dense_1", "dense_2"), epochs=4, steps_per_epoch=50, edges=(EDGE,))
        self.document = Document()
        self.document.set_design(small_design())
        self.launcher = FakeLauncher(story, pace=50)
        self.session = TrainingSession(self.document, self.launcher)
        self.states: list[str] = []
        self.failures: list[tuple[str, str]] = []
        self.session.state_changed.connect(self.states.append)
        self.session.failed.connect(lambda message, node: self.failures.append((message, node)))

    def poll(self, times: int = 1) -> None:
        for _ in range(times):
            self.session._on_polled()

    def tell(self, *events: Any) -> None:
        self.launcher.last.pace = 0
        self.launcher.last.next_events += events
        self.poll()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.session.close()


def weights_event(step: int = 50, **arrays: np.ndarray) -> protocol.Weights:
    from engine.training.arrays import pack_arrays

    named = {name.replace("__", "/"): array for name, array in arrays.items()}
    state = RunState({}, {}).to_bytes()
    return protocol.Weights(step=step, epoch=1, purpose="final", packed=pack_arrays(named), state=state)


GOOD_WEIGHTS = {
    "dense_1__kernel": np.ones((4, 8), np.float32),
    "dense_1__bias": np.zeros(8, np.float32),
    "dense_2__kernel": np.ones((8, 3), np.float32),
    "dense_2__bias": np.zeros(3, np.float32),
}


def test_a_run_from_train_to_finished(qtbot: QtBot) -> None:
    bench = Bench()
    with qtbot.waitSignal(bench.session.finished, timeout=10_000) as told:
        bench.session.train()
    assert told.args == ["epochs"]
    assert bench.states == ["starting", "running", "finished"]
    assert bench.session.progress.step == 200
    assert bench.session.progress.share == 1.0
    assert len(bench.session.history.epochs) == 4
    assert bench.launcher.last.closed
    assert not bench.session.is_alive


def test_progress_tells_speed_and_time_left(bench: Bench) -> None:
    bench.session.train()
    bench.poll(2)
    progress = bench.session.progress
    assert progress.steps_per_second == pytest.approx(250.0)
    assert progress.samples_per_second == pytest.approx(250.0 * 32)
    assert progress.seconds_left == pytest.approx((200 - progress.step) / 250.0)


def test_pause_resume_and_step(bench: Bench) -> None:
    session = bench.session
    session.train()
    bench.poll()
    session.pause()
    bench.poll()
    assert session.state == "paused"
    assert "weights" in bench.launcher.last.commands
    at = bench.launcher.last.step_done
    session.step()
    bench.poll()
    assert session.progress.step == at + 1
    assert session.state == "paused"
    session.train()
    bench.poll()
    assert session.state == "running"


def test_step_without_a_run_starts_one_and_takes_one_step(bench: Bench) -> None:
    bench.session.step()
    assert bench.launcher.runs[-1].paused
    bench.poll(3)
    assert bench.session.state == "paused"
    assert bench.session.progress.step == 1
    assert bench.launcher.last.commands.count("step") == 1


def test_stop_twenty_times_tells_the_worker_once(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    for _ in range(20):
        bench.session.stop()
    assert bench.launcher.last.commands.count("stop") == 1
    bench.poll()
    assert bench.session.state == "finished"


def test_a_worker_that_does_not_stop_is_closed(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.session.stop()
    bench.session._link.overdue.emit()
    assert bench.launcher.last.closed
    assert bench.session.state == "finished"


def test_reset_forgets_the_run_and_its_weights(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.tell(weights_event(**GOOD_WEIGHTS))
    assert bench.session.weights
    bench.session.reset()
    assert bench.session.state == "idle"
    assert bench.session.history.is_empty
    assert not bench.session.weights
    assert bench.launcher.last.closed
    bench.session.train()
    assert bench.launcher.runs[-1] == bench.launcher.runs[0]


def test_a_learning_rate_that_is_changed_is_flagged(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.session.set_learning_rate(5e-4)
    bench.poll()
    assert [mark.label for mark in bench.session.history.marks] == ["rate 0.001 → 0.0005"]


def test_a_design_that_cannot_start_is_told_and_nothing_is_left(bench: Bench) -> None:
    def refuse(run: Any) -> None:
        raise WorkerError("The system refuses new processes.")

    maker = bench.launcher.worker

    def worker() -> Any:
        made = maker()
        made.start = refuse
        return made

    bench.session._link._make_worker = worker
    bench.session.train()
    assert bench.failures == [("The system refuses new processes.", "")]
    assert bench.session.state == "failed"
    assert not bench.session.is_alive
    assert bench.launcher.last.closed


def test_a_failed_run_names_the_node_and_what_was_kept(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.tell(
        weights_event(step=40, **GOOD_WEIGHTS),
        protocol.Failed(message="The loss is not finite.", node="dense_1", step=41, kind="not_finite"),
    )
    message, node = bench.failures[0]
    assert node == "dense_1"
    assert "step 41" in message
    assert "weights of step 40 are kept" in message
    assert bench.session.state == "failed"
    assert bench.session.history.not_finite_step == 41
    assert bench.session.weights.by_name().keys() == {n.replace("__", "/") for n in GOOD_WEIGHTS}


def test_a_dead_worker_is_told_plainly(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.tell(protocol.Died(exitcode=-9, last_checkpoint_step=-1, hint=""))
    assert "SIGKILL" in bench.failures[0][0]
    assert "no weights had been kept" in bench.failures[0][0]
    assert not bench.session.is_alive


def test_weights_stay_with_their_node_and_go_stale_with_its_shape(bench: Bench) -> None:
    session, document = bench.session, bench.document
    session.train()
    bench.poll()
    bench.tell(weights_event(**GOOD_WEIGHTS))
    node = document.design.nodes["dense_1"]
    document.push("Rename", [e.ReplaceNode(node.with_(name="hidden"))])
    assert "hidden/kernel" in session.weights.by_name()
    assert not session.weights.stale_nodes
    wider = node.with_(name="hidden", layer=node.layer.replace(units=9))
    document.push("Widen", [e.ReplaceNode(wider)])
    assert session.weights.stale_nodes == {"dense_1", "dense_2"}
    assert not session.weights.by_name()
    document.undo_stack.undo()
    assert not session.weights.stale_nodes


def test_going_on_continues_from_the_state_of_the_run(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.tell(weights_event(**GOOD_WEIGHTS))
    bench.session.stop()
    bench.poll()
    rows = len(bench.session.history.scalars)
    bench.session.train(go_on=True)
    assert bench.launcher.runs[-1].state is not None
    assert len(bench.session.history.scalars) == rows
    bench.session.reset()
    bench.session.train()
    assert bench.launcher.runs[-1].state is None
    assert bench.launcher.runs[-1].weights is None


def test_weights_of_a_file_are_what_runs_start_from(bench: Bench) -> None:
    bench.session.weights.take_file({"dense_1/kernel": np.ones((4, 8), np.float32)})
    bench.session.train()
    assert bench.launcher.runs[-1].weights is not None
    bench.session.reset()
    assert bench.session.latest_parameter("dense_1", "kernel") is not None


def test_what_panels_watch_is_joined(bench: Bench) -> None:
    session = bench.session
    session.watch("a", (("dense_1", "kernel"),))
    session.watch("b", (("dense_1", "kernel"), ("dense_2", "activations")))
    session.train()
    assert len(bench.launcher.last.watches) == 2
    seen: list[WatchKey] = []
    session.watched.connect(seen.append)
    bench.poll()
    assert set(seen) == {WatchKey("dense_1", "kernel"), WatchKey("dense_2", "activations")}
    found = session.latest_parameter("dense_1", "kernel")
    assert found is not None
    assert found.values is not None
    session.watch("b", ())
    assert bench.launcher.last.watches == (protocol.Watch("dense_1", "kernel"),)


def test_observations_reach_history_wires_and_badges(bench: Bench) -> None:
    session = bench.session
    session.train()
    bench.launcher.last.findings = (
        Finding(node="dense_1", kind="dead", severity="warning", message="Dead.", figures={"dead": 0.31}),
        Finding(node="gone", kind="dead", severity="warning", message="Not in the design."),
    )
    bench.poll(3)
    assert session.history.layers.layers == ("dense_1", "dense_2")
    assert len(session.history.layers) == 3
    assert session.edge_gradients().keys() == {EDGE}
    assert session.views_cost == pytest.approx(0.02)
    assert session.record.activations["dense_1"].dead == pytest.approx(0.31)
    assert {node: mark.text for node, mark in session.node_marks().items()} == {
        "dense_1": "▲ 31\N{NO-BREAK SPACE}% dead"
    }


def test_another_document_ends_the_run(bench: Bench) -> None:
    bench.session.train()
    bench.poll()
    bench.document.set_design(small_design())
    assert bench.session.state == "idle"
    assert bench.launcher.last.closed
    assert bench.session.history.is_empty


def test_nothing_ticks_while_no_run_is_alive(bench: Bench) -> None:
    timer = bench.session._link._timer
    assert not timer.isActive()
    bench.session.train()
    assert timer.isActive()
    bench.session.reset()
    assert not timer.isActive()


def test_a_badge_says_what_may_help(bench: Bench) -> None:
    finding = Finding(node="dense_1", kind="exploding", severity="error", message="The gradient is 900.")
    bench.session.record.findings = (finding,)
    mark = bench.session.node_marks()["dense_1"]
    assert mark.message.startswith("The gradient is 900.\nWhat may help: ")
    assert "Clip the gradient's norm at 1" in mark.message
