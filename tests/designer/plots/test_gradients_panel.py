"""Gradients: what is named, the fixed scale, labels, views, and clicks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from designer.plots.gradients_panel import GradientsPanel
from engine.training.finding import Finding
from engine.training.observation import GradientThroughTime
from tests.designer.plots.stage import SHAPES, Stage, picture
from tests.designer.training.fake_worker import Story


@dataclass
class Observed:
    """The latest look, as far as the view by step needs it."""

    through_time: dict[str, GradientThroughTime]


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


def test_the_gradient_through_time_of_recurrent_layers(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel, (420, 300))
    stage.train_to(100)
    picture(panel)
    assert panel._view.keys == ["layers", "time", "ratio"]
    steps, fading = tuple(range(0, 80, 2)), tuple(10.0 ** (-12 + 0.25 * i) for i in range(40))
    stage.session.record.observation = Observed(
        {
            "dense_1": GradientThroughTime(steps, (fading,)),
            "dense_2": GradientThroughTime(steps, ((1e-3,) * 40, (2e-3,) * 40)),
        }
    )
    picture(panel)
    assert panel._view.keys[-1] == "steps"
    panel.show_view("steps")
    stage.selection.set(["dense_1"])
    picture(panel)
    first, forward, backward = panel.steps.curves
    assert first.notice == "▽ vanishing: step 1 gets 2e-10 of what step 79 gets"
    assert (forward.backwards, backward.backwards, forward.notice) == (False, True, "")
    low, high = panel.steps.range
    assert low <= -12
    assert high >= -2
    QTest.mouseMove(panel.steps, QPoint(120, 100))
    assert [row.name for row in panel.steps.readout.rows] == ["dense_1", "dense_2", "dense_2, backward"]
    names, rows = panel.table()
    assert names == ["layer", "step", "gradient_rms"]
    assert len(rows) == 120
    stage.session.record.observation = Observed({})
    picture(panel)
    assert panel.view == "layers"
    assert panel._pages.currentWidget() is panel.bars


def test_a_gradient_that_is_zero_or_not_a_number_is_drawn(stage: Stage) -> None:
    panel = stage.panel(GradientsPanel, (420, 300))
    stage.train_to(100)
    values = (0.0, 1e-20, float("nan"), 1e-3)
    stage.session.record.observation = Observed({"dense_1": GradientThroughTime((0, 1, 2, 3), (values,))})
    picture(panel)
    panel.show_view("steps")
    picture(panel)
    assert panel.steps.curves[0].notice == "▽ vanishing: step 1 gets nothing of what step 4 gets"
