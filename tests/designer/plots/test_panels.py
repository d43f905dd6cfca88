"""What every live plot does: teach while empty, draw at any length, keep still while hidden, export, be freed."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from designer.plots.activations_panel import ActivationsPanel
from designer.plots.gradients_panel import GradientsPanel
from designer.plots.loss_panel import LossPanel
from designer.plots.panel_base import LivePanel
from designer.plots.weights_panel import WeightsPanel
from engine.design.design import Design
from tests.designer.plots.stage import Stage, picture

PANELS = (LossPanel, GradientsPanel, ActivationsPanel, WeightsPanel)
SIZES = [(340, 300), (620, 420), (180, 120)]


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
