"""The session and the panels with a real training process."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.activations_panel import ActivationsPanel
from designer.plots.gradients_panel import GradientsPanel
from designer.plots.loss_panel import LossPanel
from designer.plots.weights_panel import WeightsPanel
from designer.training.session import TrainingSession
from engine.data.settings import DataSettings
from engine.design import edits as e
from engine.design.design import Design

SECONDS = 60_000


def digits(epochs: int = 3) -> Design:
    design = Design("digits", seed=3)
    x = design.add("Input", shape=(64,))
    x = design.add("Dense", x, units=32, activation="relu", name="hidden")
    x = design.add("Dense", x, units=10, activation="softmax", name="shares")
    design.add("Output", x, loss="categorical_crossentropy")
    design.data = DataSettings(source="digits")
    design.training = design.training.replace(epochs=epochs)
    return design


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[TrainingSession]:
    document = Document()
    document.set_design(digits())
    session = TrainingSession(document)
    session.setProperty("document", document)
    yield session
    session.close()


def test_digits_are_trained_and_every_plot_fills(qtbot: QtBot, session: TrainingSession) -> None:
    document = session.property("document")
    selection, theme = Selection(document), Theme()
    kinds = (LossPanel, GradientsPanel, ActivationsPanel, WeightsPanel)
    panels = [kind(session, document, selection, theme) for kind in kinds]
    for panel in panels:
        qtbot.addWidget(panel)
        panel.show()
    with qtbot.waitSignal(session.finished, timeout=SECONDS) as told:
        session.train()
    assert told.args == ["epochs"]
    history = session.history
    assert len(history.epochs) == 3
    assert len(history.scalars) == history.plan.total_steps == session.progress.step
    assert history.scalars["loss"][-1] < history.scalars["loss"][0]
    assert history.epochs[-1].validation.keys() == {"loss", "accuracy"}
    assert history.best is not None
    assert len(history.layers) > 0
    assert session.weights.by_name()["hidden/kernel"].shape == (64, 32)
    assert len(session.edge_gradients()) > 0
    for panel in panels:
        panel.draw_now()
        assert not panel.is_empty
    assert panels[3].matrix.picture.tile == (8, 8)


def test_a_reset_run_starts_from_the_same_weights_and_ends_with_the_same(
    qtbot: QtBot, session: TrainingSession
) -> None:
    found = []
    for _ in range(2):
        with qtbot.waitSignal(session.finished, timeout=SECONDS):
            session.train()
        found.append(session.weights.by_name()["hidden/kernel"])
        session.reset()
        assert session.state == "idle"
    np.testing.assert_array_equal(found[0], found[1])


def test_steps_are_taken_one_by_one(qtbot: QtBot, session: TrainingSession) -> None:
    def is_paused_at(step: int) -> bool:
        return session.state == "paused" and session.progress.step == step

    session.step()
    qtbot.waitUntil(lambda: is_paused_at(1), timeout=SECONDS)
    session.step()
    qtbot.waitUntil(lambda: is_paused_at(2), timeout=SECONDS)
    qtbot.waitUntil(lambda: session.weights.step == 2, timeout=SECONDS)
    session.set_learning_rate(1e-4)
    with qtbot.waitSignal(session.finished, timeout=SECONDS):
        session.train()
    assert [mark.label for mark in session.history.marks] == ["rate 0.001 → 0.0001"]


def test_a_design_that_can_not_be_trained_is_told_with_its_node(
    qtbot: QtBot, session: TrainingSession
) -> None:
    document = session.property("document")
    node = document.design.nodes["dense_2"]
    document.push("Break", [e.ReplaceNode(node.with_(layer=node.layer.replace(units=7)))])
    with qtbot.waitSignal(session.failed, timeout=SECONDS) as told:
        session.train()
    assert told.args[0]
    assert session.state == "failed"
    assert not session.is_alive


def test_a_worker_that_is_killed_is_told_and_costs_nothing_but_its_steps(
    qtbot: QtBot, session: TrainingSession
) -> None:
    document = session.property("document")
    document.push("More", [e.SetSection("training", document.design.training.replace(epochs=100_000))])
    session.train()
    qtbot.waitUntil(lambda: session.progress.step > 10, timeout=SECONDS)
    with qtbot.waitSignal(session.failed, timeout=SECONDS) as told:
        session._link.worker._spawned.process.kill()
    assert "SIGKILL" in told.args[0]
    assert session.state == "failed"
    assert session.progress.step > 10
