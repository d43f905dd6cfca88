"""The Predictions panel: every picture at every size, live in a run, from kept weights, and silent while hidden."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.common.class_colors import COUNT, class_color
from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.decision_view import DecisionView
from designer.plots.predictions_code import ReconstructionPage
from designer.plots.predictions_panel import PredictionsPanel
from designer.plots.predictions_pictures import ConfusionPage
from designer.plots.predictions_plane import PlaneView
from designer.plots.predictions_values import CurveView, ScatterView, regression_figures
from designer.training.session import TrainingSession
from designer.training.watches import Watched, WatchKey
from engine.compiler.network import compile_design
from engine.data import DataSettings, load
from engine.design import edits as e
from engine.design.design import Design
from engine.training.predictions import Predictor

SIZES = [(340, 260), (700, 400), (180, 120)]


def design_on(
    source: str, units: int, activation: str, loss: str, *, reshape: bool = False, **options: Any
) -> Design:
    design = Design(source)
    shape = load(DataSettings(source=source, **options)).input_shape
    x = design.add("Input", shape=shape)
    if len(shape) > 1:
        x = design.add("Flatten", x)
    x = design.add("Dense", x, units=8, activation="tanh")
    x = design.add("Dense", x, units=units, activation=activation)
    if reshape:
        x = design.add("Reshape", x, target_shape=shape)
    design.add("Output", x, loss=loss)
    design.data = DataSettings(source=source, **options)
    design.training = design.training.replace(epochs=2)
    return design


def around_the_code() -> Design:
    """An autoencoder in which a wire leads around every narrow place: it has no code."""
    design = Design("around")
    x = design.add("Input", shape=(8, 8, 1))
    h = design.add("Reshape", design.add("Dense", design.add("Flatten", x), units=64), target_shape=(8, 8, 1))
    design.add("Output", design.add("Add", [x, h]), loss="mean_squared_error")
    design.data = DataSettings(source="digits")
    return design


def designs(folder: Path) -> dict[str, tuple[Design, type]]:
    table = folder / "table.csv"
    rows = np.random.default_rng(0).normal(size=(60, 5))
    lines = ["a,b,c,d,price", *(",".join(f"{v:.4f}" for v in row) for row in rows)]
    table.write_text("\n".join(lines))
    two = {"target": ("c", "price"), "features": ("a", "b")}
    return {
        "classes": (design_on("moons", 1, "sigmoid", "binary_crossentropy"), DecisionView),
        "many classes": (
            design_on("blobs", 5, "softmax", "categorical_crossentropy", options={"classes": 5}),
            DecisionView,
        ),
        "values": (design_on("multi_gaussian", 1, "linear", "mean_squared_error"), DecisionView),
        "two targets": (design_on(str(table), 2, "linear", "mean_squared_error", **two), DecisionView),
        "one sample": (design_on("worked_step", 2, "sigmoid", "mean_squared_error", validation_fraction=0.0),
                       DecisionView),
        "curve": (design_on("sine", 1, "linear", "mean_squared_error"), CurveView),
        "table": (design_on("iris", 3, "softmax", "categorical_crossentropy"), ConfusionPage),
        "images": (design_on("digits", 10, "softmax", "categorical_crossentropy"), ConfusionPage),
        "scatter": (design_on(str(table), 1, "linear", "mean_squared_error", target=("price",)), ScatterView),
        "autoencoder": (design_on("digits", 64, "linear", "mean_squared_error", reshape=True), ReconstructionPage),
        "shortcut": (around_the_code(), ReconstructionPage),
    }  # fmt: skip


NAMES = ("classes", "many classes", "values", "two targets", "one sample", "curve", "table", "images", "scatter",
         "autoencoder", "shortcut")  # fmt: skip


class Stage:
    """A document, a real session, and panels on them."""

    def __init__(self, qtbot: QtBot, design: Design) -> None:
        self.qtbot = qtbot
        self.document = Document()
        self.document.set_design(design)
        self.selection = Selection(self.document)
        self.theme = Theme()
        self.session = TrainingSession(self.document)
        self._panels: list[PredictionsPanel] = []

    def panel(self, size: tuple[int, int] = (340, 260), *, shown: bool = True) -> PredictionsPanel:
        panel = PredictionsPanel(self.session, self.document, self.selection, self.theme)
        self.qtbot.addWidget(panel)
        # One that nobody holds would be collected, and its window destroyed, while another is painted.
        self._panels.append(panel)
        panel.resize(*size)
        if shown:
            panel.show()
        return panel

    def bring(self, value: dict[str, Any], what: str = "predictions") -> None:
        """Let a value arrive as if a run had sent it."""
        key = WatchKey(value["about"]["node"], what)
        self.session._board.put(key, Watched(value["step"], value["step"], parts=value))
        self.session.watched.emit(key)

    def train(self) -> None:
        with self.qtbot.waitSignal(self.session.finished, timeout=60_000):
            self.session.train()


@pytest.fixture
def make_stage(qtbot: QtBot) -> Iterator[Any]:
    stages: list[Stage] = []

    def make(design: Design) -> Stage:
        stages.append(Stage(qtbot, design))
        return stages[-1]

    yield make
    for stage in stages:
        stage.session.close()


def value_of(design: Design, part: str = "", step: int = 1) -> dict[str, Any]:
    assert design.data is not None
    predictor = Predictor(compile_design(design), load(design.data), "", part)
    return {"step": step, **predictor.compute(), "about": predictor.about}


def moons() -> Design:
    return design_on("moons", 1, "sigmoid", "binary_crossentropy")


def hover(widget: Any, at: QPointF) -> None:
    QTest.mouseMove(widget, QPoint(1, 1))
    QTest.mouseMove(widget, at.toPoint())


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_drawn_at_every_size(make_stage: Any, tmp_path: Path, name: str, mode: Any) -> None:
    design, view = designs(tmp_path)[name]
    stage = make_stage(design)
    stage.theme.set_mode(mode)
    value = value_of(design)
    for size in SIZES:
        panel = stage.panel(size)
        stage.bring(value)
        panel.draw_now()
        assert not panel.is_empty
        assert isinstance(panel.pictures.view, view)
        assert panel.size().height() == size[1]
        assert not panel.grab().toImage().isNull()
        columns, rows = panel.table()
        assert rows
        assert all(len(row) == len(columns) for row in rows)
        spot = QPointF(panel.pictures.view.rect().center())
        if isinstance(panel.pictures.view, PlaneView):
            spot = panel.pictures.view.place.center()
        hover(panel.pictures.view, spot)
        panel.grab()


def test_an_autoencoder_shows_its_code_beside_the_images_or_instead(make_stage: Any, tmp_path: Path) -> None:
    design, _ = designs(tmp_path)["autoencoder"]
    stage = make_stage(design)
    panel = stage.panel((700, 400))
    value = value_of(design)
    stage.bring(value)
    panel.draw_now()
    page = panel.pictures.view
    assert page.code.isVisible()
    assert page.images.isVisible()
    names = [row.name for row in page.code.key()]
    assert names == [*map(str, range(10)), "", "→ dense_1 1", "↑ dense_1 2"]
    heading, rows = page.code.describe(0.0, 0.0, 3)
    assert heading == f"sample 4, class {value['labels'][3]}"
    assert [row.name for row in rows] == ["dense_1 1", "dense_1 2"]
    panel.resize(340, 260)
    panel.draw_now()
    assert page.images.isVisible()
    assert not page.code.isVisible()
    assert panel._mistakes.text() == "code"
    stage.selection.set([value["about"]["code"]["node"]])
    stage.bring(value)
    panel.draw_now()
    assert page.code.isVisible()
    columns, rows_of_table = panel.table()
    assert columns == ["class", "dense_1 1", "dense_1 2"]
    assert len(rows_of_table) == len(value["codes"])


def test_of_a_small_code_the_points_come_first(make_stage: Any) -> None:
    design = design_on("digits", 64, "linear", "mean_squared_error", reshape=True)
    design.apply(
        e.ReplaceNode((node := design.node_named("dense_1")).with_(layer=node.layer.replace(units=2)))
    )
    panel = make_stage(design).panel()
    value = value_of(design)
    make_value = panel.pictures.show_value
    make_value(value, 0, mistakes=False)
    assert panel.pictures.second_page == "images"
    assert panel.pictures.view.code.isVisibleTo(panel.pictures.view)
    make_value(value, 0, mistakes=True)
    assert not panel.pictures.view.code.isVisibleTo(panel.pictures.view)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_answers_that_are_no_numbers_are_survived(make_stage: Any, tmp_path: Path, broken: float) -> None:
    for design, _ in designs(tmp_path).values():
        stage = make_stage(design)
        assert design.data is not None
        network = compile_design(design)
        network.parameter_vector[...] = broken
        predictor = Predictor(network, load(design.data))
        panel = stage.panel()
        stage.bring({"step": 3, **predictor.compute(), "about": predictor.about})
        panel.draw_now()
        panel.grab()


def test_an_untrained_network_teaches(make_stage: Any) -> None:
    panel = make_stage(moons()).panel()
    assert panel.is_empty
    teaching = panel.teaching()
    assert teaching is not None
    assert "Train" in teaching.text
    empty = make_stage(Design("empty")).panel()
    assert empty.is_empty
    assert "Output" in empty.teaching().text


def test_a_run_is_followed_and_its_end_is_shown(make_stage: Any) -> None:
    stage = make_stage(moons())
    panel = stage.panel()
    stage.train()
    assert panel.value is not None
    assert panel.value["step"] == stage.session.weights.step
    assert not panel.local.is_busy
    assert "right" in panel.header.note.text()


def test_a_hidden_panel_watches_nothing_and_asks_when_it_is_seen(make_stage: Any, qtbot: QtBot) -> None:
    stage = make_stage(moons())
    panel = stage.panel(shown=False)
    stage.train()
    assert panel.value is None
    assert not stage.session._board.keys
    with qtbot.waitSignal(panel.local.computed, timeout=30_000):
        panel.show()
    assert panel.value["step"] == stage.session.weights.step
    panel.hide()
    assert not stage.session._board.keys


def test_kept_weights_are_asked_anew_when_the_data_changes_and_not_otherwise(
    make_stage: Any, qtbot: QtBot
) -> None:
    stage = make_stage(moons())
    panel = stage.panel()
    stage.train()
    before = panel.value
    panel.hide()
    panel.show()
    assert not panel.local.is_busy
    other = DataSettings(source="moons", options={"noise": 0.3})
    with qtbot.waitSignal(panel.local.computed, timeout=30_000):
        stage.document.push("Noise", [e.SetSection("data", other)])
    assert panel.value is not before
    assert not np.array_equal(panel.value["places"], before["places"])
    stage.session.reset()
    assert panel.is_empty


def test_data_that_is_gone_is_told(make_stage: Any, qtbot: QtBot) -> None:
    stage = make_stage(moons())
    panel = stage.panel()
    stage.train()
    with qtbot.waitSignal(panel.local.refused, timeout=30_000):
        stage.document.push("Other data", [e.SetSection("data", DataSettings(source="gone.csv"))])
    assert panel.is_empty
    assert "gone.csv" in panel.teaching().text


def test_another_part_of_the_data_is_asked_for(make_stage: Any, qtbot: QtBot) -> None:
    stage = make_stage(design_on("iris", 3, "softmax", "categorical_crossentropy"))
    panel = stage.panel()
    stage.train()
    assert panel.value["about"]["part"] == "validation"
    with qtbot.waitSignal(panel.local.computed, timeout=30_000):
        panel.show_part("train")
    assert panel.value["about"]["part"] == "train"
    assert panel.watch_key[1] == "predictions/train"


def test_a_narrow_panel_shows_matrix_or_mistakes_and_a_wide_one_both(make_stage: Any) -> None:
    design = design_on("digits", 10, "softmax", "categorical_crossentropy")
    stage = make_stage(design)
    panel = stage.panel()
    stage.bring(value_of(design))
    panel.draw_now()
    page = panel.pictures.view
    assert page.matrix.isVisible()
    assert not page.mistakes.isVisible()
    QTest.mouseClick(panel._mistakes, Qt.MouseButton.LeftButton)
    assert page.mistakes.isVisible()
    assert not page.matrix.isVisible()
    cell = page.mistakes.cells()[0]
    hover(page.mistakes, cell.center())
    assert "taken for" in page.mistakes.readout.heading
    panel.resize(700, 400)
    panel.draw_now()
    assert page.matrix.isVisible()
    assert page.mistakes.isVisible()


def test_the_readout_tells_coordinates_probabilities_and_the_sample(make_stage: Any) -> None:
    design = moons()
    stage = make_stage(design)
    panel = stage.panel((700, 400))
    value = value_of(design)
    stage.bring(value)
    panel.draw_now()
    view = panel.pictures.view
    pixels = view.to_pixels(value["places"].astype(float))
    hover(view, QPointF(*pixels[0]))
    assert view.readout.isVisible()
    x, y = view.to_values(QPointF(*pixels[0]))
    assert (x, y) == pytest.approx(value["places"][0], abs=1e-4)
    names = [row.name for row in view.readout.rows]
    assert "sample" in names[0]
    assert {"upper", "lower"} <= set(names)
    panel.hide()
    assert not view.readout.isVisible()


def test_one_of_several_targets_is_chosen(make_stage: Any, tmp_path: Path) -> None:
    design, _ = designs(tmp_path)["two targets"]
    stage = make_stage(design)
    panel = stage.panel((700, 400))
    stage.bring(value_of(design))
    panel.draw_now()
    assert panel._targets.text() == "c"
    panel._targets.menu().actions()[1].trigger()
    assert panel._targets.text() == "price"


def test_the_figures_are_exported(make_stage: Any, tmp_path: Path) -> None:
    design = moons()
    stage = make_stage(design)
    panel = stage.panel()
    stage.bring(value_of(design))
    panel.draw_now()
    assert panel._exports.save_csv(tmp_path / "out.csv") == ""
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() == {"part", "x1", "x2", "true", "predicted", "probability"}
    assert {row["part"] for row in rows} == {"train", "validation"}


def test_figures_of_a_regression() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    assert regression_figures(truth, truth) == (1.0, 0.0)
    assert regression_figures(truth, np.full(3, 2.0)) == pytest.approx((0.0, 2 / 3))
    assert np.isnan(regression_figures(truth[:0], truth[:0])).all()


def test_class_colours_differ(qtbot: QtBot) -> None:
    names = [class_color(Theme(), number).name() for number in range(COUNT + 2)]
    assert len(set(names[:COUNT])) == COUNT
    assert names[COUNT + 1] != names[1]
