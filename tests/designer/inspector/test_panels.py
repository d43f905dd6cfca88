"""The inspector's pages, the problems list and the training settings, as a person uses them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.card_content import CardContent, split_message
from designer.inspector.docstrings import formula_of, help_text
from designer.inspector.inspector_panel import InspectorPanel
from designer.inspector.overview_page import counts_of
from designer.inspector.problems_panel import CardList, ProblemsPanel
from designer.inspector.training_panel import TrainingPanel
from engine.core.problems import Repair
from engine.design import edits as e
from engine.design.design import Design
from engine.layers.base import layers
from engine.training.finding import Finding


class FakeSession(QObject):
    """Stands in for the training session: its signals, and what it was asked for."""

    state_changed = Signal(str)
    watched = Signal(object)
    findings_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.findings: tuple[Any, ...] = ()
        self.wanted: dict[str, list[Any]] = {}
        self.values: dict[Any, Any] = {}
        self.rates: list[float] = []

    def watch(self, owner: str, keys: list[Any]) -> None:
        self.wanted[owner] = list(keys)

    def latest(self, node_id: str, what: str) -> Any:
        return self.values.get(node_id)

    def set_learning_rate(self, rate: float) -> None:
        self.rates.append(rate)


class Scene(NamedTuple):
    document: Document
    selection: Selection
    session: FakeSession
    names: dict[str, str]


@pytest.fixture
def scene(qapp: object) -> Scene:
    design = Design("small", seed=3)
    x = design.add("Input", shape=(784,))
    first = design.add("Dense", x, units=512, activation="relu", name="hidden")
    second = design.add("Dense", first, units=10, activation="softmax", name="shares")
    design.add("Output", second, name="digit")
    document = Document()
    document.set_design(design)
    return Scene(
        document, Selection(document), FakeSession(), {node.name: node.id for node in design.nodes.values()}
    )


def inspector(qtbot: QtBot, scene: Scene) -> InspectorPanel:
    panel = InspectorPanel(scene.document, scene.selection, scene.session)
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    return panel


def test_without_a_selection_the_design_is_shown(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    counts = panel.overview.counts.texts()
    assert counts["layers"] == "4"
    assert counts["parameters"] == "407,050"
    assert panel.overview.isVisible()
    panel.overview.name.setText("  digits   again ")
    QTest.keyClick(panel.overview.name, Qt.Key.Key_Return)
    assert scene.document.design.name == "digits again"
    scene.document.undo_stack.undo()
    assert scene.document.design.name == "small"


def test_frozen_layers_are_not_counted_as_trained(scene: Scene) -> None:
    node = scene.document.design.nodes[scene.names["hidden"]]
    scene.document.push("Freeze", [e.ReplaceNode(node.with_(frozen=True))])
    rows = dict(row[:2] for row in counts_of(scene.document.design, scene.document.inference))
    assert rows["of them trained"] == "5,130"


def test_a_node_shows_shapes_parameters_and_help(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"]])
    panel.refresh()
    header = panel.node_page.header
    assert header.name.text() == "hidden"
    assert header.kind.text() == "Dense"
    assert header.shapes.text().replace("\u00a0", " ") == "(N, 784) → (N, 512)"
    assert header.parameters.text() == "401,920 parameters"
    assert "kernel (784, 512)" in header.parameters.toolTip()
    assert panel.node_page.help.formula.text() == "y = relu(x·W + b)"


def test_an_axis_too_long_for_the_column_is_told_in_full_by_the_tip(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    design = Design()
    node = design.add("Flatten", design.add("Input", shape=(1000, 1000, 1000)))
    scene.document.set_design(design)
    scene.selection.set([node.id])
    panel.refresh()
    header = panel.node_page.header
    assert "1\N{NO-BREAK SPACE}G)" in header.shapes.text()
    assert header.shapes.toolTip() == "(N, 1,000, 1,000, 1,000) → (N, 1,000,000,000)"


def test_renaming_is_checked_and_undone(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"]])
    panel.edit_name()
    name = panel.node_page.header.name
    for wish in ("shares", "a/b", "   "):
        name.setText(wish)
        QTest.keyClick(name, Qt.Key.Key_Return)
        assert panel.node_page.header.message.text()
        assert scene.document.design.nodes[scene.names["hidden"]].name == "hidden"
    name.setText("first")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert scene.document.design.nodes[scene.names["hidden"]].name == "first"
    scene.document.undo_stack.undo()
    panel.refresh()
    assert name.text() == "hidden"


def test_frozen_and_bypassed_are_switches(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"]])
    for flag in ("frozen", "bypassed"):
        panel.node_page.flags.rows[flag].editor.switch.click()  # type: ignore[attr-defined]  # a BoolEditor
        assert getattr(scene.document.design.nodes[scene.names["hidden"]], flag)
        scene.document.undo_stack.undo()
        panel.refresh()
        assert not getattr(scene.document.design.nodes[scene.names["hidden"]], flag)


def test_several_layers_are_edited_together_in_one_undo_step(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    ids = [scene.names["hidden"], scene.names["shares"]]
    scene.selection.set(ids)
    form = panel.multi_page.form
    assert form is not None
    line = form.rows["units"].editor.line  # type: ignore[attr-defined]  # an IntegerEditor
    assert line.text() == ""
    assert line.placeholderText() == "several values"
    line.setText("64")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [scene.document.design.nodes[i].layer.units for i in ids] == [64, 64]  # type: ignore[attr-defined]
    scene.document.undo_stack.undo()
    assert [scene.document.design.nodes[i].layer.units for i in ids] == [512, 10]  # type: ignore[attr-defined]


def test_layers_without_a_common_setting_say_so(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"], scene.names["digit"]])
    assert panel.multi_page.form is None
    assert "no setting in common" in panel.multi_page.hint.text()


def test_the_activation_is_watched_while_it_is_seen(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    assert scene.session.wanted["inspector"] == []
    scene.selection.set([scene.names["hidden"]])
    key = (scene.names["hidden"], "activations")
    assert scene.session.wanted["inspector"] == [key]
    counts, edges = np.histogram(np.linspace(-3, 3, 1000), 30)
    scene.session.values[key[0]] = SimpleNamespace(
        counts=counts, edges=edges, dead=0.31, saturated=float("nan")
    )
    scene.session.watched.emit(panel.node_page.activation_key)
    qtbot.waitUntil(lambda: "zero gradient" in panel.node_page.plot.note)
    assert panel.node_page.plot.note.startswith("31")
    panel.hide()
    assert scene.session.wanted["inspector"] == []


def test_the_panel_survives_every_change_of_the_document(qtbot: QtBot, scene: Scene) -> None:
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"]])
    scene.document.push("Remove", scene.document.design.removal([scene.names["hidden"]]))
    panel.refresh()
    assert panel.overview.isVisible()
    scene.document.undo_stack.undo()
    scene.selection.set([scene.names["hidden"]])
    scene.document.set_design(Design("empty"))
    panel.refresh()
    assert panel.overview.name.text() == "empty"


def test_a_problem_is_repaired_with_one_click_and_one_undo(qtbot: QtBot, scene: Scene) -> None:
    document = scene.document
    design = Design("wrong")
    x = design.add("Input", shape=(8, 8, 1))
    y = design.add("Dense", x, units=1, activation="sigmoid")
    design.add("Output", y, loss="categorical_crossentropy")
    document.set_design(design)
    panel = ProblemsPanel(document, scene.selection, scene.session)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.cards()
    before = document.design.copy()
    card = next(card for card in panel.list.frames if card.buttons)
    with qtbot.waitSignal(panel.node_requested):
        QTest.keyClick(card, Qt.Key.Key_Return)
    assert scene.selection.current == card.content.node
    card.buttons[0].click()
    assert document.design != before
    assert card.content not in panel.cards()
    document.undo_stack.undo()
    assert document.design == before


def test_the_focus_stays_in_the_panel_when_a_cure_takes_its_card_away(qtbot: QtBot, scene: Scene) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    elsewhere, cards = QPushButton("Train"), CardList(scene.document)
    column = QVBoxLayout(window)
    for widget in (elsewhere, cards):
        column.addWidget(widget)
    contents = [CardContent("warning", f"{name} is wrong", "", "", (Repair("Mend", ()),)) for name in "ab"]
    cards.show_cards(contents)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    cards.frames[0].buttons[0].setFocus()
    cards.show_cards(contents[1:])
    assert cards.frames[0].hasFocus()
    cards.show_cards([])
    assert window.hasFocus()


def test_findings_come_with_their_cures(qtbot: QtBot, scene: Scene) -> None:
    node_id = scene.names["hidden"]
    message = "160 of 512 units are dead. They were never active in the last 200 steps."
    scene.session.findings = (Finding(node=node_id, kind="dead", severity="warning", message=message),)
    panel = ProblemsPanel(scene.document, scene.selection, scene.session)
    qtbot.addWidget(panel)
    (card,) = panel.cards()
    assert card.title == "160 of 512 units are dead"
    assert card.text.startswith("They were never")
    inspected = inspector(qtbot, scene)
    scene.selection.set([node_id])
    assert inspected.node_page.cards.contents == (card,)
    before = scene.document.design.copy()
    for index in range(len(card.repairs)):
        panel.list.frames[0].buttons[index].click()
        assert scene.document.design != before, card.repairs[index].label
        scene.document.undo_stack.undo()
        assert scene.document.design == before
        panel.cards()


def test_a_design_without_problems_says_so(qtbot: QtBot, scene: Scene) -> None:
    panel = ProblemsPanel(scene.document, scene.selection)
    qtbot.addWidget(panel)
    assert panel.cards() == ()
    assert "can be trained" in panel.empty.text()


def test_training_settings_are_edited_and_the_rate_is_told_at_once(qtbot: QtBot, scene: Scene) -> None:
    panel = TrainingPanel(scene.document, scene.session)
    qtbot.addWidget(panel)
    optimizer = panel.form.rows["optimizer"].editor
    line = optimizer.form.rows["learning_rate"].editor.line  # type: ignore[attr-defined]  # the rate's FloatEditor
    line.setText("1/100")
    with qtbot.waitSignal(panel.learning_rate_changed):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert scene.document.design.training.optimizer == {"name": "adam", "learning_rate": 0.01}
    assert scene.session.rates == [0.01]
    scene.session.state_changed.emit("running")
    assert not panel.note.isHidden()
    scene.session.state_changed.emit("finished")
    assert panel.note.isHidden()
    scene.document.undo_stack.undo()
    assert scene.document.design.training.optimizer == "adam"


def test_another_optimizer_keeps_the_rate_that_was_set(qtbot: QtBot, scene: Scene) -> None:
    training = scene.document.design.training.replace(optimizer={"name": "adam", "learning_rate": 0.02})
    scene.document.push("Set", [e.SetSection("training", training)])
    panel = TrainingPanel(scene.document)
    qtbot.addWidget(panel)
    chooser = panel.form.rows["optimizer"].editor.chooser  # type: ignore[attr-defined]  # a ComponentEditor
    place = chooser.findData("sgd")
    chooser.setCurrentIndex(place)
    chooser.activated.emit(place)
    assert scene.document.design.training.optimizer == {"name": "sgd", "learning_rate": 0.02}


def test_the_schedule_is_drawn_as_it_will_run(qtbot: QtBot, scene: Scene) -> None:
    training = scene.document.design.training.replace(schedule="cosine", epochs=10)
    scene.document.push("Set", [e.SetSection("training", training)])
    panel = TrainingPanel(scene.document)
    qtbot.addWidget(panel)
    rates = panel.curve.rates
    assert rates[0] == pytest.approx(0.001)
    assert rates[-1] < 1e-5
    assert rates == sorted(rates, reverse=True)


def test_a_schedule_that_responds_is_drawn_for_a_loss_that_stands_still(qtbot: QtBot, scene: Scene) -> None:
    schedule = {"name": "reduce_on_plateau", "patience": 2, "drop": 0.5}
    training = scene.document.design.training.replace(schedule=schedule, epochs=6)
    scene.document.push("Set", [e.SetSection("training", training)])
    panel = TrainingPanel(scene.document)
    qtbot.addWidget(panel)
    assert panel.curve.rates[0] == pytest.approx(0.001)
    assert sorted(set(panel.curve.rates)) == pytest.approx([0.00025, 0.0005, 0.001])
    pixmap = panel.curve.grab()
    assert not pixmap.isNull()


@pytest.mark.parametrize("type_name", sorted(layers.classes))
def test_every_layer_has_a_help_page(type_name: str) -> None:
    page = help_text(layers[type_name])
    assert page.summary.endswith("."), type_name
    assert len(page.summary) < 120
    formula_of(layers[type_name].examples()[0].layer)


def test_messages_become_titles() -> None:
    assert split_message("The wires go round: a → b. Cut one.") == ("The wires go round", "A → b. Cut one.")
    assert split_message("dense_1: Dense expects x. Received: 3.", "dense_1") == (
        "dense_1: Dense expects x",
        "Received: 3.",
    )
    assert split_message("Nothing more") == ("Nothing more", "")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_both_themes_paint(qtbot: QtBot, scene: Scene, mode: str) -> None:
    before = theme().mode
    panel = inspector(qtbot, scene)
    scene.selection.set([scene.names["hidden"]])
    theme().set_mode(mode)  # type: ignore[arg-type]  # one of the literals
    try:
        assert not panel.grab().isNull()
        scene.selection.set([scene.names["shares"]])
        assert not panel.grab().isNull()
    finally:
        theme().set_mode(before)


def test_facts_that_share_a_line_are_told_apart() -> None:
    class Example:
        """Does nothing.

        Formula: y = x. Shapes: x (N, D) -> y (N, D);
            the same for more axes.
        Prose follows here
        and goes on.
        Source: nobody.
        """

    page = help_text(Example)
    assert page.summary == "Does nothing."
    assert dict(page.facts) == {
        "Formula": "y = x.",
        "Shapes": "x (N, D) -> y (N, D); the same for more axes.",
        "Source": "nobody.",
    }
    assert page.prose == ("Prose follows here and goes on.",)
