"""The live plots, drawn off screen: empty, short, long and broken runs; themes; what is drawn when, and freed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.activations_panel import ActivationsPanel
from designer.plots.gradients_panel import GradientsPanel
from designer.plots.loss_panel import LossPanel
from designer.plots.panel_base import LivePanel
from designer.plots.weights_panel import WeightsPanel
from designer.training.history import Mark
from designer.training.session import TrainingSession
from engine.design.design import Design
from engine.training.finding import Finding
from tests.designer.training.fake_worker import FakeLauncher, Story

PANELS = (LossPanel, GradientsPanel, ActivationsPanel, WeightsPanel)
SIZES = [(340, 300), (620, 420), (180, 120)]
SHAPES = {
    "dense_1": {"kernel": (64, 24), "bias": (24,)},
    "dense_2": {"kernel": (24, 16), "bias": (16,)},
    "dense_3": {"kernel": (16, 10), "bias": (10,)},
}


def digits() -> Design:
    design = Design("digits")
    x = design.add("Input", shape=(64,))
    for units, activation in ((24, "relu"), (16, "tanh"), (10, "softmax")):
        x = design.add("Dense", x, units=units, activation=activation)
    design.add("Output", x, loss="categorical_crossentropy")
    return design


class Stage:
    """A document, a selection, a session that replays a story, and the panels made on them."""

    def __init__(self, qtbot: QtBot, design: Design | None = None) -> None:
        self.qtbot = qtbot
        self.document = Document()
        self.document.set_design(design or digits())
        self.selection = Selection(self.document)
        self.theme = Theme()
        self.launcher = FakeLauncher(Story(layers=tuple(SHAPES), shapes=SHAPES))
        self.session = TrainingSession(self.document, self.launcher)

    def panel(self, kind: type[LivePanel], size: tuple[int, int] = (340, 300), *, shown: bool = True) -> Any:
        panel = kind(self.session, self.document, self.selection, self.theme)
        self.qtbot.addWidget(panel)
        panel.resize(*size)
        if shown:
            panel.show()
        return panel

    def train_to(self, step: int, chunk: int = 50) -> None:
        if not self.session.is_alive:
            self.session.train()
            self.session._link._timer.stop()
        while self.session.is_alive and self.session.history.step < step:
            self.launcher.last.pace = min(chunk, step - self.session.history.step)
            self.session._on_polled()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage(qtbot)
    yield stage
    stage.session.close()


def picture(panel: LivePanel) -> QImage:
    panel.draw_now()
    image = panel.grab().toImage()
    assert not image.isNull()
    return image


def has_color(image: QImage, name: Callable[[Any], bool]) -> bool:
    return any(
        name(image.pixelColor(x, y)) for x in range(0, image.width(), 2) for y in range(30, image.height(), 2)
    )


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_empty_plot_teaches(qtbot: QtBot, kind: type[LivePanel], size: tuple[int, int]) -> None:
    stage = Stage(qtbot, Design("empty"))
    panel = stage.panel(kind, size)
    assert panel.is_empty
    teaching = panel.teaching()
    assert teaching is not None
    assert teaching.heading
    assert len(teaching.text) > 30
    picture(panel)
    assert panel.table() is not None


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("steps", [1, 5, 730])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_run_is_drawn_at_every_length_and_in_both_themes(
    stage: Stage, kind: type[LivePanel], steps: int, mode: Any
) -> None:
    stage.theme.set_mode(mode)
    panels = [stage.panel(kind, size) for size in SIZES]
    stage.train_to(steps)
    for panel in panels:
        assert panel.teaching() is None
        picture(panel)
        assert not panel.is_empty


@pytest.mark.parametrize("kind", PANELS)
def test_a_hidden_plot_is_not_drawn_and_one_that_appears_is(stage: Stage, kind: type[LivePanel]) -> None:
    panel = stage.panel(kind, shown=False)
    drawn: list[int] = []
    draw = panel.draw
    panel.draw = lambda: (drawn.append(1), draw())
    stage.train_to(200)
    assert not drawn
    panel.show()
    stage.train_to(250)
    panel.draw_now()
    assert drawn
    panel.hide()
    count = len(drawn)
    stage.train_to(400)
    assert len(drawn) == count


@pytest.mark.parametrize("kind", PANELS)
def test_a_theme_that_changes_is_followed(stage: Stage, kind: type[LivePanel]) -> None:
    stage.theme.set_mode("dark")
    panel = stage.panel(kind)
    stage.train_to(300)
    dark = picture(panel)
    stage.theme.set_mode("light")
    light = panel.grab().toImage()
    assert dark.pixelColor(170, 200) != light.pixelColor(170, 200) or dark != light


@pytest.mark.parametrize("kind", PANELS)
def test_figures_and_picture_can_be_taken_along(stage: Stage, kind: type[LivePanel], tmp_path: Path) -> None:
    panel = stage.panel(kind)
    stage.train_to(250)
    picture(panel)
    assert panel._exports.save_csv(tmp_path / "a.csv") == ""
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert len(lines) > 1
    assert len({line.count(",") for line in lines}) == 1
    assert panel._exports.save_png(tmp_path / "a.png") == ""
    assert QImage(str(tmp_path / "a.png")).width() == panel.width() * 2
    assert panel._exports.save_csv(tmp_path / "no folder" / "a.csv") != ""


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_is_freed(qtbot: QtBot, kind: type[LivePanel]) -> None:
    stage = Stage(qtbot)
    stage.train_to(100)
    panel = kind(stage.session, stage.document, stage.selection, stage.theme)
    panel.show()
    panel.draw_now()
    panel.grab()
    alive = weakref.ref(panel)
    panel.close()
    panel.deleteLater()
    del panel
    qtbot.waitUntil(lambda: (gc.collect(), alive() is None)[1], timeout=3_000)
    stage.session.close()


# ---------------------------------------------------------------------- loss


def test_the_loss_legend_tells_live_values_with_three_digits(stage: Stage) -> None:
    panel = stage.panel(LossPanel)
    stage.train_to(740)
    picture(panel)
    assert [entry.name for entry in panel.legend()] == ["train", "validation", "best epoch"]
    validation = stage.session.history.epochs[-1].validation["loss"]
    assert float(panel.legend()[1].value) == pytest.approx(validation, rel=5e-3)
    panel._quantity.choose("accuracy")
    picture(panel)
    assert panel.legend()[0].value.endswith("%")
    assert not panel.log


def test_no_more_points_are_drawn_than_can_be_told_apart(stage: Stage) -> None:
    stage.launcher.story = Story(epochs=100, steps_per_epoch=1_000, layers=tuple(SHAPES), shapes=SHAPES)
    panel = stage.panel(LossPanel, (1_900, 400))
    stage.train_to(100_000, chunk=5_000)
    picture(panel)
    assert len(panel._raw.xData) <= 2_000
    assert len(panel._smooth.xData) <= 2_000
    assert panel._raw.yData.max() == pytest.approx(np.log10(stage.session.history.scalars["loss_high"].max()))


def test_a_plot_that_is_panned_waits_until_it_is_told_to_follow(stage: Stage) -> None:
    panel = stage.panel(LossPanel)
    stage.train_to(500)
    picture(panel)
    panel.plot.view.setXRange(100, 200, padding=0)
    panel.plot.view.sigRangeChangedManually.emit([True, False])
    assert not panel.plot.following
    stage.train_to(1_500)
    picture(panel)
    assert panel.plot.window == (100.0, 200.0)
    low, high = panel.plot.view.viewRange()[1]
    seen = stage.session.history.scalars
    visible = np.log10(seen["loss"][100:200])
    assert low <= visible.min()
    assert high >= visible.max()
    assert high < np.log10(seen["loss"].max())
    panel.plot._follow.click()
    picture(panel)
    assert panel.plot.window == (0.0, 2_000.0)


def test_flags_the_best_epoch_and_a_loss_that_is_lost_are_drawn(stage: Stage) -> None:
    stage.launcher.story = Story(layers=tuple(SHAPES), shapes=SHAPES, not_finite_at=900)
    panel = stage.panel(LossPanel)
    stage.train_to(1_000)
    stage.session.history.add_mark(Mark(300, "rate 0.01 → 0.003"))
    failing = panel.theme.color("failing")
    assert has_color(picture(panel), lambda color: color == failing)


def test_the_crosshair_tells_the_values_at_a_step(stage: Stage) -> None:
    panel = stage.panel(LossPanel, (620, 420))
    stage.train_to(740)
    picture(panel)
    panel.plot.hovered.emit(250.2)
    assert panel.plot.readout.isVisible()
    assert panel.plot.readout.heading == "step 250, epoch 3"
    names = [row.name for row in panel.plot.readout.rows]
    assert names == ["train", "this step", "validation", "learning rate"]
    panel.plot.left.emit()


# ---------------------------------------------------------------------- gradients


def test_vanishing_and_exploding_are_named_on_the_plot(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel)
    stage.train_to(300)
    finding = Finding(node="dense_1", kind="exploding", severity="error", message="It explodes.")
    stage.session.record.findings = (finding,)
    picture(panel)
    assert [bar.notice for bar in panel.bars.bars] == ["△ exploding", "", ""]


def test_a_gradient_that_vanishes_is_named_before_the_diagnosis_has_spoken(stage: Stage) -> None:
    stage.launcher.story = Story(layers=tuple(SHAPES), shapes=SHAPES, depth_decades=8)
    panel = stage.panel(GradientsPanel)
    stage.train_to(3)
    picture(panel)
    assert panel.bars.bars[0].notice == "▽ vanishing"
    assert panel.bars.bars[-1].notice == ""
    assert panel.bars.range[0] < -8


def test_the_scale_of_magnitudes_is_fixed_while_values_are_on_it(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel)
    for step in (50, 500, 1_500):
        stage.train_to(step)
        picture(panel)
        assert panel.bars.range == (-6.0, 0.0)


@pytest.mark.parametrize("count", [1, 5, 20, 60])
def test_layer_labels_neither_overlap_nor_leave_the_plot(stage: Stage, count: int) -> None:
    panel = stage.panel(GradientsPanel)
    stage.launcher.story = Story(layers=tuple(f"dense_{i + 1}" for i in range(count)))
    stage.train_to(200)
    picture(panel)
    names, upright, height = panel.bars._labels()
    shown = [name for name in names if name]
    assert shown
    assert len(shown) * panel.bars.fontMetrics().height() * 0.9 <= panel.bars.width() or not upright
    assert height <= panel.bars.height() * 0.4 + 1


def test_each_view_of_the_gradients_draws(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel, (620, 420))
    stage.train_to(600)
    stage.selection.set(["dense_2"])
    for view in ("time", "ratio", "layers"):
        panel.show_view(view)
        picture(panel)
    panel.show_view("time")
    panel.lines.hovered.emit(300.0)
    assert [row.name for row in panel.lines.readout.rows] == ["dense_1", "dense_2", "dense_3"]
    assert panel.ratio.severity_at(1e-3) == "healthy"
    assert panel.ratio.severity_at(0.1) == "warning"
    assert panel.ratio.severity_at(1e-6) == "warning"


def test_a_click_on_a_bar_selects_the_layer(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel)
    stage.train_to(300)
    picture(panel)
    place = QPoint(int(44 + panel.bars._pitch * 1.5), 100)
    QTest.mouseClick(panel.bars, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert stage.selection.current == "dense_2"


# ---------------------------------------------------------------------- activations and weights


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
