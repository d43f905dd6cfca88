"""The attention map in the Predictions panel: by selection, head by head, sample by sample, at every size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.attention_view import AttentionView, map_of
from designer.plots.predictions_panel import PredictionsPanel
from designer.training.session import TrainingSession
from designer.training.watches import Watched, WatchKey
from engine.compiler.network import compile_design
from engine.data import load
from engine.training.predictions import Predictor
from tests.engine.training.test_attention_picture import design_of_sentences, node_named


class Stage:
    """A document with an attention layer that is selected, and the panel."""

    def __init__(self, qtbot: QtBot) -> None:
        self.design = design_of_sentences()
        self.node = node_named(self.design, "looks")
        self.document = Document()
        self.document.set_design(self.design)
        self.selection = Selection(self.document)
        self.theme = Theme()
        self.session = TrainingSession(self.document)
        self.panel = PredictionsPanel(self.session, self.document, self.selection, self.theme)
        qtbot.addWidget(self.panel)
        self.panel.resize(460, 360)
        self.panel.show()
        self.selection.set([self.node])

    def bring(self) -> AttentionView:
        """Let the map arrive as if a run had sent it."""
        assert self.design.data is not None
        predictor = Predictor(compile_design(self.design), load(self.design.data), self.node)
        value = {"step": 3, **predictor.compute(), "about": predictor.about}
        key = WatchKey(self.node, "predictions")
        self.session._board.put(key, Watched(3, 3, parts=value))
        self.session.watched.emit(key)
        self.panel.draw_now()
        view = self.panel.pictures.view
        assert isinstance(view, AttentionView)
        return view


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    made.session.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_selected_layer_is_shown_at_every_size(stage: Stage, mode: Any) -> None:
    stage.theme.set_mode(mode)
    view = stage.bring()
    assert stage.panel.watch_key == (stage.node, "predictions")
    for size in ((180, 120), (340, 260), (700, 400)):
        stage.panel.resize(*size)
        stage.panel.draw_now()
        assert not stage.panel.grab().isNull()
        assert view.rect().toRectF().adjusted(-1, -1, 1, 1).contains(view.place) or size[0] < 200
    image = view.grab().toImage()
    assert len({image.pixelColor(x, view.height() // 2).rgb() for x in range(view.width())}) > 10


def test_heads_and_samples_can_be_chosen(stage: Stage) -> None:
    view = stage.bring()
    value = stage.panel.value
    assert value is not None
    np.testing.assert_allclose(view.shown.weights.sum(axis=1), 1, rtol=1e-5)
    assert view.shown.keys[0] == "▸"
    assert view.shown.keys[-1] == "."
    mean = view.shown.weights.copy()
    stage.panel.show_target(2)
    second = map_of(value, 0, 2)
    np.testing.assert_array_equal(view.shown.weights, second.weights)
    assert not np.array_equal(mean, second.weights)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view._arrows()[1].center().toPoint())
    assert view.sample == 1
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.sample == 2
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.sample == 0
    columns, rows = stage.panel.table()
    assert columns == ["sample", "head", "looking", "looked at", "weight"]
    assert len(rows) == value["weights"].size


def test_a_hover_names_both_steps(stage: Stage) -> None:
    view = stage.bring()
    QTest.mouseMove(view, QPoint(1, 1))
    at = view.place
    QTest.mouseMove(view, QPoint(int(at.left() + 2), int(at.bottom() - 2)))
    assert view.readout.isVisible()
    heading, rows = view._describe(len(view.shown.queries) - 1, 0)
    assert heading.startswith(". (step ")
    assert heading.endswith("looks at ▸ (step 1)")
    assert rows[0].name == "of its attention"
    assert not view.grab().isNull()


def test_another_selection_brings_the_answers_back(stage: Stage) -> None:
    stage.bring()
    output = next(n.id for n in stage.design.nodes.values() if n.type == "Output")
    stage.selection.set([output])
    assert stage.panel.watch_key[0] == output
