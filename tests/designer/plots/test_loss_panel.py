"""The loss over the run: figures, points, following, flags, crosshair."""

from __future__ import annotations

import numpy as np
import pytest

from designer.plots.annotations import BOTTOM_RIGHT, TOP_RIGHT
from designer.plots.loss_panel import LossPanel
from designer.training.history import Mark
from tests.designer.plots.stage import SHAPES, Stage, has_color, picture
from tests.designer.training.fake_worker import Story


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


def test_a_loss_of_zero_lies_on_the_floor_of_the_logarithmic_axis(stage: Stage) -> None:
    panel = stage.panel(LossPanel)
    stage.train_to(300)
    picture(panel)
    low, _ = panel.plot.view.viewRange()[1]
    drawn = panel._y(np.array([0.0, 0.01, -1.0]))
    assert drawn[0] == pytest.approx(low)
    assert drawn[1] == pytest.approx(-2.0)
    assert np.isnan(drawn[2])


def test_the_legend_gives_way_to_a_curve_that_ends_where_it_stands(stage: Stage) -> None:
    panel = stage.panel(LossPanel, (280, 240))
    stage.train_to(740)
    picture(panel)
    x, _ = panel._validation.getData()
    low, high = panel.plot.view.viewRange()[1]
    for height, corner in ((0.9, BOTTOM_RIGHT), (0.1, TOP_RIGHT)):
        y = np.full(len(x), low + height * (high - low))
        panel._validation.setData(x + panel.plot.window[1] - x[-1], y)
        panel._smooth.setData([], [])
        assert panel._legend_corner() == corner
