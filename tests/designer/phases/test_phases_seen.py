"""Phases and shared weights where one sees them: on the canvas, in the loss panel, as pictures of samples."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Signal
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.canvas.hits import Hit
from designer.canvas.menus import context_menu
from designer.canvas.overlays.phases_legend import turns_text
from designer.canvas.tooltips import tooltip
from designer.common.phase_colors import ink_on, phase_color
from designer.common.theme import Mode, Theme, theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.loss_panel import LossPanel
from designer.plots.predictions_pictures import PredictionPictures
from designer.plots.predictions_samples import SamplesView, sample_tiles
from designer.plots.predictions_table import table_of
from designer.training.history import RunHistory
from designer.training.progress import Progress
from designer.training.stored_history import restored_history, stored_steps
from designer.window.phase_lights import PhaseLights
from engine.design.phases import changed
from engine.training.history import History
from tests.designer.plots.stage import Stage, picture
from tests.engine.adversarial import adversarial


def canvas_with(qtbot: QtBot, design: Any) -> CanvasView:
    theme().set_mode("dark")
    document = Document()
    view = CanvasView(document, Selection(document))
    qtbot.addWidget(view)
    view.resize(1200, 700)
    document.set_design(design)
    view.show()
    return view


def test_cards_bear_the_marks_of_their_phases(qtbot: QtBot) -> None:
    view = canvas_with(qtbot, adversarial())
    names = {item.content.name: item for item in view.canvas_scene.nodes.values()}
    shown = {name: [phase for _, phase in item.card.chips] for name, item in names.items()}
    assert shown["d1"] == shown["f1"] == shown["on_real"] == [0]
    assert shown["g1"] == [1]
    assert shown["on_made"] == [0, 1]
    assert shown["z"] == shown["real"] == []
    assert view.phases.visible
    assert view.phases.texts() == ["discriminator", "generator", "1 : 1 turns"]
    made = next(item for item in names.values() if item.content.name == "on_made")
    told = tooltip(view.document, Hit("node", made.node_id))
    assert "Objective in phase 1 discriminator, 2 generator" in told
    before = view.grab().toImage()
    view.set_phase(1)
    assert all(item.lit == 1 for item in names.values())
    assert view.grab().toImage() != before
    assert turns_text([5, 1]) == "5 : 1 turns"


def test_layers_that_share_weights_are_linked(qtbot: QtBot) -> None:
    design = adversarial()
    view = canvas_with(qtbot, design)
    links = view.canvas_scene.links
    owner, twin = design.node_named("d1").id, design.node_named("f1").id
    assert (twin, owner) in links.pairs
    assert len(links.pairs) == 2
    bounds = links.boundingRect()
    item = view.canvas_scene.nodes[twin]
    view.canvas_scene.preview({twin: item.pos() + QPoint(0, 160)}, [])
    assert links.boundingRect() != bounds
    view.selection.set([twin])
    view.edit.stop_sharing()
    assert len(links.pairs) == 1
    menu = context_menu(view, Hit("node", twin), view.mapToScene(QPoint(0, 0)))
    (inner,) = [action.menu() for action in menu.actions() if action.text() == "Share weights with"]
    offered = {action.text(): action for action in inner.actions()}
    assert "d1" in offered
    offered["d1"].trigger()
    assert view.document.design.nodes[twin].shares == owner
    menu.deleteLater()
    view.document.undo_stack.undo()
    view.document.undo_stack.undo()
    assert view.document.design == design


def test_who_uses_the_weights_of_a_layer_follows_it_to_another(qtbot: QtBot) -> None:
    design = adversarial()
    third = design.add("Dense", design.node_named("real"), units=8, name="d3")
    design.add("Output", design.add("Dense", third, units=1), loss="mean_squared_error")
    view = canvas_with(qtbot, design)
    view.selection.set([design.node_named("d1").id])
    view.edit.share_weights(third.id)
    nodes = view.document.design.nodes.values()
    assert {node.name for node in nodes if node.shares == third.id} == {"d1", "f1"}


class FakeRun(QObject):
    progressed = Signal(object)
    state_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.state = "running"
        self.progress = Progress()
        self.history = SimpleNamespace(plan=SimpleNamespace(phases=("discriminator", "generator")))

    def tell(self, phase: int, speed: float, state: str = "running") -> None:
        self.state, self.progress = state, Progress(step=4, steps_per_second=speed, phase=phase)


def test_the_phase_at_work_is_lit_while_one_can_see_it(qtbot: QtBot) -> None:
    view, run = canvas_with(qtbot, adversarial()), FakeRun()
    lights = PhaseLights(run, view)  # type: ignore[arg-type]
    for phase, speed, state, lit in (
        (1, 4_000.0, "running", -1),
        (1, 3.0, "running", 1),
        (0, 4_000.0, "paused", 0),
        (0, 4_000.0, "finished", -1),
    ):
        run.tell(phase, speed, state)
        lights._light()
        assert view.phases.lit == lit


def test_marks_can_be_read_on_their_colours(qapp: object) -> None:
    colors = Theme()
    modes: tuple[Mode, ...] = ("dark", "light")
    for mode in modes:
        colors.set_mode(mode)
        for number in range(6):
            assert ink_on(phase_color(colors, number)).isValid()


def rows_in_phases(steps: int) -> np.ndarray:
    step = np.arange(1, steps + 1, dtype=float)
    phase = (step + 1) % 2
    loss = np.where(phase == 0, 1.4, 0.7) + 0.01 * np.sin(step)
    ones = np.ones(steps)
    return np.column_stack((step, ones, loss, ones * 1e-3, ones * 0.5, ones, step * 1e-3, phase))


def test_each_phase_has_a_line_of_its_own(qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    history = stage.session.history
    history.plan.phases = ("discriminator", "generator")
    history.plan.total_steps, history.plan.steps_per_epoch = 400, 40
    history.add_rows(rows_in_phases(400))
    panel = stage.panel(LossPanel)
    picture(panel)
    assert [entry.name for entry in panel.legend()] == ["discriminator", "generator"]
    assert [round(float(entry.value), 1) for entry in panel.legend()] == [1.4, 0.7]
    assert len(panel._phases.lines) == 2
    assert len(panel._phases.lines[0].xData) > 20
    assert panel._smooth.xData is None or not len(panel._smooth.xData)
    panel._on_hovered(200.0)
    assert panel.log
    negative = rows_in_phases(800)[400:]
    negative[:, 2] = -negative[:, 2]
    history.add_rows(negative)
    picture(panel)
    assert not panel.log
    stage.session.close()


def test_points_and_images_that_were_made_are_shown(qtbot: QtBot) -> None:
    random = np.random.default_rng(0)
    about = {
        "kind": "samples", "view": "points", "bounds": [-2.0, 2.0, -2.0, 2.0], "features": ["x1", "x2"],
        "targets": [], "classes": [], "task": "regression",
    }  # fmt: skip
    made = random.normal(0, 1, (50, 2)).astype(np.float32)
    made[0] = 1e6
    value = {
        "made": made,
        "real": random.normal(0, 0.3, (80, 2)).astype(np.float32),
        "grid": random.random((44, 44)).astype(np.float32),
        "about": about,
        "step": 7,
    }
    pictures = PredictionPictures(theme())
    qtbot.addWidget(pictures)
    pictures.resize(500, 300)
    pictures.show()
    assert pictures.show_value(value, 0, mistakes=False) == ("50 made", "80 real")
    view = pictures.view
    assert isinstance(view, SamplesView)
    assert not pictures.grab().isNull()
    assert [row.name for row in view.key()][:2] == ["real", "made"]
    assert view.describe(0.0, 0.0, 60)[1][0].name == "real"
    columns, rows = table_of(value)
    assert columns == ["kind", "x1", "x2"]
    assert len(rows) == 130

    images = random.integers(0, 255, (24, 8, 8, 1)).astype(np.uint8)
    shown = {
        "made": images,
        "nearest": images,
        "distances": np.linspace(0, 0.3, 24),
        "about": {**about, "view": "images"},
    }
    pictures.show_value(shown, 0, mistakes=False)
    tiles, heading = sample_tiles(shown)
    assert len(tiles) == 24
    assert "nearest" in heading
    assert not pictures.grab().isNull()
    assert len(table_of(shown)[1]) == 24


def test_another_measure_of_turns_is_shown_at_once(qtbot: QtBot) -> None:
    from engine.design import edits as e

    view = canvas_with(qtbot, adversarial())
    first, second = view.document.design.phases
    view.document.push("Steps", [e.SetSection("phases", (changed(first, steps=3), second))])
    assert view.phases.texts()[-1] == "3 : 1 turns"
    view.document.push("None", [e.SetSection("phases", ())])
    assert not view.phases.visible
    assert all(not item.card.chips for item in view.canvas_scene.nodes.values())


def test_a_file_keeps_the_curves_of_the_phases(qtbot: QtBot) -> None:
    history = RunHistory(limit=256)
    history.plan.phases = ("discriminator", "generator")
    for start in range(0, 2_000, 100):
        rows = rows_in_phases(2_000)[start : start + 100]
        history.add_rows(rows)
    stored = History()
    stored.add_epoch(1, 1_000, {"loss": 2.1, "sample_modes": 7.0}, None, 1e-3, 1.0)
    stored.add_epoch(2, 2_000, {"loss": 2.2, "sample_modes": 8.0}, None, 1e-3, 2.0)
    stored.steps = stored_steps(history, 2_000)
    back = restored_history(stored)
    assert back.plan.phases == ("discriminator", "generator")
    assert back.best is None
    for name, level in (("discriminator", 1.4), ("generator", 0.7)):
        series = back.phase_losses[name]
        assert len(series) > 50
        assert np.abs(series["loss"] - level).max() < 0.02
        assert (series["loss_low"] <= series["loss"] + 1e-6).all()
        assert (series["loss_high"] >= series["loss"] - 1e-6).all()
    stored.steps = {}
    assert restored_history(stored).phase_losses == {}
