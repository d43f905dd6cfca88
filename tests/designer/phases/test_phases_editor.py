"""The editor of phases: what a person presses and writes becomes phases, one undo step at a time."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.phases_editor import PhasesEditor
from designer.inspector.training_panel import TrainingPanel
from engine.design import edits as e
from tests.engine.adversarial import adversarial


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.document = Document()
        self.document.set_design(adversarial())
        self.selection = Selection(self.document)
        panel = TrainingPanel(self.document, None, self.selection)
        qtbot.addWidget(panel)
        panel.resize(300, 900)
        panel.show()
        self.editor: PhasesEditor = panel.phases

    @property
    def phases(self) -> Any:
        return self.document.design.phases

    def id(self, name: str) -> str:
        return self.document.design.node_named(name).id


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_the_cards_show_the_phases_as_they_are(bench: Bench) -> None:
    first, second = bench.editor.cards
    assert (first.name.text(), second.name.text()) == ("discriminator", "generator")
    assert first.trains.text() == "d1, d2"
    assert [row.switch.isChecked() for row in second.objectives] == [False, True]
    assert [row.target.text() for row in first.objectives] == ["1", "0"]
    assert not first.earlier.isEnabled()
    assert first.later.isEnabled()
    assert bench.editor.adversarial_button.isHidden()


def test_adversarial_phases_are_found_in_what_is_drawn(bench: Bench) -> None:
    wanted = bench.phases
    bench.document.push("Forget", [e.SetSection("phases", ())])
    assert bench.editor.cards == []
    assert not bench.editor.adversarial_button.isHidden()
    QTest.keyClick(bench.editor.adversarial_button, Qt.Key.Key_Space)
    assert bench.phases == wanted
    assert bench.document.problems == ()
    bench.document.undo_stack.undo()
    assert bench.phases == ()


def test_phases_are_added_moved_and_removed(bench: Bench) -> None:
    bench.editor.add_button.click()
    assert [phase.name for phase in bench.phases] == ["discriminator", "generator", "phase 3"]
    assert bench.phases[2].trains == ()
    bench.editor.cards[2].earlier.click()
    assert [phase.name for phase in bench.phases] == ["discriminator", "phase 3", "generator"]
    bench.editor.cards[1].remove.click()
    assert [phase.name for phase in bench.phases] == ["discriminator", "generator"]
    for _ in range(3):
        bench.document.undo_stack.undo()
    assert len(bench.editor.cards) == 2
    assert bench.document.design == adversarial()


def test_the_first_phase_does_what_none_did(bench: Bench) -> None:
    bench.document.push("Forget", [e.SetSection("phases", ())])
    bench.editor.add_button.click()
    (phase,) = bench.phases
    assert set(phase.trains) == {bench.id(name) for name in ("g1", "g2", "d1", "d2")}
    assert [objective.target for objective in phase.objectives] == ["data", "data"]


def test_the_selection_says_what_is_trained(bench: Bench) -> None:
    card = bench.editor.cards[1]
    assert not card.take.isEnabled()
    bench.selection.set([bench.id(name) for name in ("z", "g1", "f1")])
    card.take.click()
    assert bench.phases[1].trains == (bench.id("g1"), bench.id("d1")), "a shared layer stands for its owner"
    bench.selection.clear()
    card.show_trained.click()
    assert bench.selection.nodes == bench.phases[1].trains


def test_an_objective_is_switched_and_its_target_and_loss_are_set(bench: Bench) -> None:
    row = bench.editor.cards[1].objectives[0]
    row.switch.click()
    assert bench.phases[1].objective(bench.id("on_real")).target == "data"
    for words, target in (("0.9", 0.9), ("data", "data"), ("-1", -1.0)):
        row.target.setFocus()
        row.target.setText(words)
        QTest.keyClick(row.target, Qt.Key.Key_Return)
        assert bench.phases[1].objective(bench.id("on_real")).target == target
    row.target.setText("maybe")
    QTest.keyClick(row.target, Qt.Key.Key_Return)
    assert not row.message.isHidden()
    place = row.loss.findData("mean_squared_error")
    row.loss.setCurrentIndex(place)
    row.loss.activated.emit(place)
    assert bench.phases[1].objective(bench.id("on_real")).loss == "mean_squared_error"
    row.switch.click()
    assert bench.phases[1] == adversarial().phases[1]


def test_steps_optimizer_and_limit_are_fields(bench: Bench) -> None:
    form = bench.editor.cards[0].form
    assert form._commit("steps", 5, False) == ""
    assert form._commit("clip_weights", 0.05, False) == ""
    assert form._commit("optimizer", "rmsprop", False) == ""
    first = bench.phases[0]
    assert (first.steps, first.clip_weights, first.optimizer) == (5, 0.05, "rmsprop")
    assert "1" in form._commit("steps", 0, False)
    assert bench.phases[0] == first


def test_a_name_is_committed_and_an_empty_one_is_not(bench: Bench) -> None:
    name = bench.editor.cards[0].name
    name.setText("  the   critic ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert bench.phases[0].name == "the critic"
    name.setText("   ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert name.text() == "the critic"
