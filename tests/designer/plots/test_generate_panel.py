"""The Generate panel: it writes from kept weights and beside a run, stops, explains itself, and never waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine
from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.generate_panel import GeneratePanel
from designer.training.session import TrainingSession
from engine.data import DataSettings, load
from engine.design.design import Design
from tests.engine.training.test_writing import translator

SETTINGS = DataSettings(source="reversed_letters", options={"samples": 200, "letters": 3, "longest": 3})


@pytest.fixture(scope="module")
def trained() -> tuple[Design, dict[str, Any], Any]:
    data = load(SETTINGS)
    design = translator(data)
    design.data = SETTINGS
    design.training = engine.TrainingSettings(epochs=60, optimizer={"name": "adam", "learning_rate": 0.02})
    network = engine.compile(design)
    for _ in engine.fit(network, data, design.training):
        pass
    weights = {name: np.array(array) for name, array in network.weights.items()}
    return design, weights, data.preprocessing


class Stage:
    """A document, a real session, and the panel on them."""

    def __init__(
        self, qtbot: QtBot, design: Design, weights: dict[str, Any] | None = None, meaning: Any = None
    ):
        self.document = Document()
        self.document.set_design(design)
        self.selection = Selection(self.document)
        self.session = TrainingSession(self.document)
        if weights is not None:
            self.session.take_file(weights, None, None)
            self.session.preprocessing = meaning
        self.panel = GeneratePanel(self.session, self.document, self.selection, Theme())
        qtbot.addWidget(self.panel)
        self.panel.resize(360, 260)
        self.panel.show()


@pytest.fixture
def stages(qtbot: QtBot) -> Iterator[Any]:
    made: list[Stage] = []

    def make(*arguments: Any) -> Stage:
        made.append(Stage(qtbot, *arguments))
        return made[-1]

    yield make
    for stage in made:
        stage.session.close()


def write(qtbot: QtBot, panel: GeneratePanel) -> str:
    with qtbot.waitSignal(panel.local.written, check_params_cb=lambda written: written.done, timeout=20_000):
        panel.generate()
    idle(qtbot, panel)
    return panel.text


def idle(qtbot: QtBot, panel: GeneratePanel) -> None:
    """Wait until no thread is left."""
    qtbot.waitUntil(lambda: not panel.local._running)


def test_it_answers_a_source_with_the_weights_of_a_file(qtbot: QtBot, stages: Any, trained: Any) -> None:
    panel = stages(*trained).panel
    assert not panel.is_empty
    assert panel.controls.ways.key == "greedy"
    QTest.keyClicks(panel.controls.prompt, "abc")
    with qtbot.waitSignal(panel.local.written, check_params_cb=lambda written: written.done):
        QTest.keyClick(panel.controls.prompt, Qt.Key.Key_Return)
    idle(qtbot, panel)
    assert panel.text == "cba"
    assert any("log p" in part for part in panel.header.note._parts)
    assert panel.table()[1][0][:2] == ["abc", "cba"]


def test_an_empty_prompt_takes_an_example_and_says_whether_it_is_right(
    qtbot: QtBot, stages: Any, trained: Any
) -> None:
    panel = stages(trained[0], trained[1]).panel
    text = write(qtbot, panel)
    source = panel.controls.prompt.placeholderText()
    assert set(source) <= set("abc")
    assert panel.header.note._parts[0] == ("right" if text == source[::-1] else f"should be {source[::-1]}")


def test_beam_and_sample(qtbot: QtBot, stages: Any, trained: Any) -> None:
    panel = stages(*trained).panel
    panel.controls.prompt.setText("ab")
    panel.controls.ways._group.button(2).click()
    assert panel.controls._fields["beam"].isVisible()
    lines = write(qtbot, panel).splitlines()
    assert lines[0].endswith("ba")
    assert len(lines) == 5
    panel.controls.ways._group.button(1).click()
    panel.controls.count.setValue(3)
    assert panel.controls._fields["temperature"].isVisible()
    assert not panel.controls._fields["length"].isVisible(), "a decoder has a length of its own"
    assert len(write(qtbot, panel).splitlines()) == 3


def test_what_can_t_be_answered_is_told(qtbot: QtBot, stages: Any, trained: Any) -> None:
    panel = stages(*trained).panel
    panel.controls.prompt.setText("XYZ")
    with qtbot.waitSignal(panel.local.refused):
        panel.generate()
    idle(qtbot, panel)
    assert "was never shown" in panel.problem.text()
    assert panel.problem.isVisible()
    panel.controls.prompt.setText("a")
    write(qtbot, panel)
    assert not panel.problem.isVisible()


def test_it_says_what_is_missing(stages: Any, trained: Any) -> None:
    from engine.design import templates

    assert "does not write" in stages(templates.load("xor")).panel._empty.teaching.heading
    untrained = stages(trained[0])
    assert "not learnt" in untrained.panel._empty.teaching.heading
    untrained.session.take_file(trained[1], None, None)
    untrained.panel.draw_now()
    assert not untrained.panel.is_empty


def test_esc_stops(qtbot: QtBot, stages: Any, trained: Any) -> None:
    panel = stages(*trained).panel
    panel.controls.prompt.setText("abc")
    panel.generate()
    assert panel.controls.button.text() == "Stop"
    QTest.keyClick(panel.controls, Qt.Key.Key_Escape)
    assert panel.controls.button.text() == "Generate"
    assert not panel.local.is_busy
    idle(qtbot, panel)


def test_a_run_is_asked_for_its_weights_and_goes_on(qtbot: QtBot, stages: Any, trained: Any) -> None:
    design = trained[0].copy()
    design.training = design.training.replace(epochs=100_000)
    stage = stages(design)
    stage.session.train()
    qtbot.waitUntil(
        lambda: stage.session.state == "running" and stage.session.history.step > 20, timeout=30_000
    )
    stage.panel.controls.prompt.setText("abc")
    write(qtbot, stage.panel)
    assert stage.session.is_alive
    assert stage.session.weights.step > 0
    assert any("step" in part for part in stage.panel.header.note._parts)


@pytest.mark.parametrize("width", [200, 300, 700])
def test_the_controls_are_as_high_as_they_need(qtbot: QtBot, stages: Any, trained: Any, width: int) -> None:
    panel = stages(*trained).panel
    panel.controls.ways._group.button(1).click()
    panel.resize(width, 300)
    shown = [field for field in panel.controls._fields.values() if field.isVisible()]
    qtbot.waitUntil(lambda: max(field.geometry().bottom() for field in shown) <= panel.controls.height())
