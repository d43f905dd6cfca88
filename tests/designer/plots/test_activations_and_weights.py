"""The selected layer: its activation's curve and inputs, its weights, and one neuron alone."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.common.theme import theme
from designer.plots.activation_view import ActivationView, Spread
from designer.plots.activations_panel import ActivationsPanel
from designer.plots.weights_panel import WeightsPanel
from engine.activations import activations
from engine.design.design import Design
from tests.designer.plots.stage import Stage, picture


def test_the_curve_is_there_before_any_run_and_the_spread_with_it(stage: Stage) -> None:
    panel = stage.panel(ActivationsPanel)
    assert panel.node_id == "dense_1"
    assert not panel.is_empty
    stage.train_to(300)
    picture(panel)
    assert panel.curve.words == "▲ 31\N{NO-BREAK SPACE}% of the units dead"
    stage.selection.set(["dense_2"])
    assert panel.node_id == "dense_2"
    assert stage.launcher.last.watches[0].node_id == "dense_2"
    panel.strip.layer_chosen.emit("dense_1")
    assert stage.selection.current == "dense_1"


def test_only_a_visible_panel_watches(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    stage.session.train()
    assert len(stage.launcher.last.watches) == 1
    panel.hide()
    assert stage.launcher.last.watches == ()


def test_weights_of_an_image_are_tiles_and_a_neuron_can_be_seen_alone(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    stage.train_to(200)
    picture(panel)
    assert panel.matrix.picture.tile == (8, 8)
    panel.show_unit(7)
    stage.train_to(250)
    picture(panel)
    watched = {watch.what for watch in stage.launcher.last.watches}
    assert watched == {"kernel", "bias"}
    assert panel.matrix.picture.tile == (8, 8)
    assert (panel.matrix.picture.source >= 0).sum() == 64
    panel.show_unit(7)
    assert panel.unit is None


def test_a_layer_without_an_input_shape_says_what_it_waits_for(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    design = Design()
    design.add("Dense")
    stage.document.set_design(design)
    told = panel.teaching()
    assert told is not None
    assert told.heading == "dense_1 has no weights yet"
    stage.document.set_design(Design())
    told = panel.teaching()
    assert told is not None
    assert told.heading == "No weights in this network"


def test_hovering_a_weight_tells_its_index_and_its_value(stage: Stage) -> None:
    stage.selection.set(["dense_2"])
    panel = stage.panel(WeightsPanel)
    stage.train_to(200)
    picture(panel)
    matrix = panel.matrix
    place = matrix.place
    at = QPointF(place.left() + place.width() * 3.5 / 16, place.top() + place.height() * 2.5 / 24)
    QTest.mouseMove(matrix, at.toPoint())
    found = stage.session.latest_parameter("dense_2", "kernel")
    assert matrix.cell_at(at) == (2, 3)
    assert matrix.picture.values[2, 3] == found.values[2, 3]


def test_every_parameter_can_be_chosen(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    stage.train_to(100)
    for name in panel.parameters:
        panel.show_parameter(name)
        stage.train_to(stage.session.history.step + 20)
        picture(panel)
        assert panel.parameter == name
        assert not panel.is_empty


def test_a_parameter_too_large_to_travel_shows_its_spread(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    story = stage.launcher.story
    told = story.watched
    story.watched = lambda watch, step: {k: v for k, v in told(watch, step).items() if k != "values"}  # type: ignore[method-assign]
    stage.train_to(200)
    picture(panel)
    assert not panel.is_empty
    assert panel.matrix.picture is None


def test_weights_that_are_kept_are_shown_without_a_run(stage: Stage) -> None:
    panel = stage.panel(WeightsPanel)
    assert panel.is_empty
    stage.session.weights.take_file({"dense_1/kernel": np.ones((64, 24), np.float32)})
    picture(panel)
    assert not panel.is_empty


def test_what_has_no_curve_has_words_until_something_enters(qtbot: QtBot) -> None:
    view = ActivationView(theme())
    qtbot.addWidget(view)
    view.show_activation(activations.get("softmax"))
    assert view.is_bare
    view.show_spread(Spread(np.ones(4), np.linspace(-1, 1, 5)))
    assert not view.is_bare
    view.show_spread(None)
    view.show_activation(activations.get("relu"))
    assert not view.is_bare
