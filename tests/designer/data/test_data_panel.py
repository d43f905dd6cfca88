"""The data panel: sources, options, columns, splits, a look at the samples, errors, and fitting the design to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from designer.data.columns_view import INPUT, TARGET
from designer.data.data_look import DataLook
from designer.data.data_panel import DataPanel
from designer.data.fitting import fit_to_data
from designer.document.document import Document
from engine.data.settings import DataSettings
from engine.data.source import sources
from engine.design import edits as e
from engine.design.design import Design
from engine.design.inference import infer

NO_KEYS = Qt.KeyboardModifier.NoModifier


def network(activation: str = "linear", units: int = 4) -> Design:
    design = Design("net")
    x = design.add("Input", shape=(3,))
    h = design.add("Dense", x, units=8, activation="relu")
    y = design.add("Dense", h, units=units, activation=activation)
    design.add("Output", y)
    return design


@pytest.fixture
def document(qapp: object) -> Document:
    made = Document()
    made.set_design(network())
    return made


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> DataPanel:
    made = DataPanel(document)
    qtbot.addWidget(made)
    made.resize(300, 800)
    made.show()
    return made


def use(qtbot: QtBot, panel: DataPanel, source: str) -> DataLook:
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        panel.use_source(source)
    return panel.shown_look


def test_nothing_chosen_says_what_to_do(panel: DataPanel) -> None:
    assert "Choose a built-in data set" in panel.status.text()
    assert panel.preparation.isHidden()


@pytest.mark.parametrize("name", [info.name for info in sources() if info.available])
def test_every_built_in_set_can_be_looked_at(qtbot: QtBot, panel: DataPanel, name: str) -> None:
    look = use(qtbot, panel, name)
    assert look.is_known
    assert look.sizes["train"] > 0
    assert panel.chooser.list.currentData() == name
    assert panel.look.facts.text()
    assert panel.error.isHidden()
    assert not panel.grab().isNull()
    if look.task == "classification" and look.counts:
        assert sum(look.counts) >= look.sizes["train"]


def test_choosing_a_source_is_one_undo_step(qtbot: QtBot, panel: DataPanel, document: Document) -> None:
    use(qtbot, panel, "moons")
    assert document.design.data == DataSettings(source="moons")
    document.undo_stack.undo()
    assert document.design.data is None
    assert panel.preparation.isHidden()


def test_options_and_splits_go_to_the_document(qtbot: QtBot, panel: DataPanel, document: Document) -> None:
    use(qtbot, panel, "moons")
    assert panel.options is not None
    line = panel.options.rows["samples"].editor.line  # type: ignore[attr-defined]  # an IntegerEditor
    line.setText("50")
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert document.design.data is not None
    assert document.design.data.options == {"samples": 50}
    assert sum(panel.shown_look.sizes.values()) == 50
    line = panel.preparation.rows["test_fraction"].editor.line  # type: ignore[attr-defined]  # a FloatEditor
    line.setText("0.2")
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert panel.shown_look.sizes["test"] == 10
    line = panel.preparation.rows["validation_fraction"].editor.line  # type: ignore[attr-defined]  # as above
    line.setText("2")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "from 0 to 0.9" in panel.preparation.rows["validation_fraction"].message.text()


def table(folder: Path, gaps: bool = False) -> Path:
    path = folder / "people.csv"
    rows = [
        f"{20 + i % 50},{'' if gaps and i % 7 == 0 else 150 + i % 40},{'yes' if i % 3 else 'no'}"
        for i in range(60)
    ]
    path.write_text("age,height,smoker\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_table_shows_columns_and_their_choice_goes_to_the_document(
    qtbot: QtBot, panel: DataPanel, document: Document, tmp_path: Path
) -> None:
    look = use(qtbot, panel, str(table(tmp_path)))
    columns = panel.look.columns
    assert [column.name for column in look.columns] == ["age", "height", "smoker"]
    assert columns.choice() == ((), ("smoker",))
    item = columns.topLevelItem(1)
    assert item is not None
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        item.setCheckState(INPUT, Qt.CheckState.Unchecked)
    assert document.design.data is not None
    assert document.design.data.features == ("age",)
    assert panel.shown_look.input_shape == (1,)
    item = columns.topLevelItem(2)
    assert item is not None
    assert item.checkState(TARGET) == Qt.CheckState.Checked


def test_gaps_are_told_with_the_rows_still_shown(qtbot: QtBot, panel: DataPanel, tmp_path: Path) -> None:
    look = use(qtbot, panel, str(table(tmp_path, gaps=True)))
    assert not look.is_known
    assert "height" in panel.error.text()
    assert panel.look.rows.rows.rowCount() > 0
    assert panel.fit_button.isHidden()
    editor = panel.preparation.rows["missing"].editor
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        editor.edited.emit("mean", False)
    assert panel.shown_look.is_known
    assert panel.error.isHidden()


def test_a_file_that_is_not_there_is_told_and_a_later_source_works(
    qtbot: QtBot, panel: DataPanel, tmp_path: Path
) -> None:
    with qtbot.waitSignal(panel.loader.failed, timeout=20_000):
        panel.use_source(str(tmp_path / "no.csv"))
    assert "no.csv" in panel.error.text()
    assert not panel.look.facts.isVisible()
    use(qtbot, panel, "xor")
    assert panel.error.isHidden()


def test_a_set_that_must_be_downloaded_offers_it(
    qtbot: QtBot, panel: DataPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADLOOM_DATA", raising=False)
    panel.chooser.reload()
    if panel.chooser.infos["mnist"].available:
        pytest.skip("the set is on this machine already")
    with qtbot.waitSignal(panel.loader.failed, timeout=20_000):
        panel.use_source("mnist")
    assert not panel.download_button.isHidden()
    assert panel.error.isHidden()


def test_the_latest_request_wins(qtbot: QtBot, panel: DataPanel, document: Document) -> None:
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        for name in ("moons", "circles", "iris"):
            panel.use_source(name)
        panel._reload.flush()
    assert panel.shown_look.title == "Iris flowers"
    assert not panel.loader.busy


@pytest.mark.parametrize("name", ["iris", "digits", "sine", "moons", "worked_step", "multi_gaussian"])
def test_fitting_makes_the_design_fit_in_one_undo_step(
    qtbot: QtBot, panel: DataPanel, document: Document, name: str
) -> None:
    use(qtbot, panel, name)
    before = document.design.copy()
    assert panel.fit_button.isEnabled()
    panel.fit_button.click()
    look = panel.shown_look
    design = document.design
    assert design.node_named("input_1").layer.shape == look.input_shape  # type: ignore[attr-defined]  # an Input
    last = design.node_named("dense_2").layer
    assert last.units == look.output_units  # type: ignore[attr-defined]  # a Dense
    if look.task == "classification":
        assert last.activation == "softmax"  # type: ignore[attr-defined]  # a Dense
    assert not panel.fit_button.isEnabled()
    if look.input_shape and len(look.input_shape) == 1:
        assert not [p for p in document.problems if p.severity == "error"]
    document.undo_stack.undo()
    assert document.design == before


def test_two_classes_may_share_one_logistic_unit() -> None:
    look = DataLook(
        task="classification", classes=("a", "b"), input_shape=(2,), output_units=2, sizes={"train": 9}
    )
    design = network("linear", units=1)
    for edit in fit_to_data(design, look).edits:
        design.apply(edit)
    last = design.node_named("dense_2").layer
    assert (last.units, last.activation) == (1, "sigmoid")  # type: ignore[attr-defined]  # a Dense
    assert design.node_named("output_1").layer.loss == "binary_crossentropy"  # type: ignore[attr-defined]
    assert infer(design).faults == {}
    assert fit_to_data(design, look).edits == ()


def test_fitting_says_what_it_can_not_do() -> None:
    look = DataLook(task="regression", input_shape=(2,), output_units=1, sizes={"train": 9})
    design = Design("no layers")
    design.apply(e.SetSection("name", "still none"))
    fit = fit_to_data(design, look)
    assert fit.edits == ()
    assert len(fit.remarks) == 2


def test_a_file_dropped_on_the_panel_becomes_its_data(
    qtbot: QtBot, panel: DataPanel, document: Document, tmp_path: Path
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(table(tmp_path)))])
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NO_KEYS)
    panel.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NO_KEYS)
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        panel.dropEvent(drop)
    assert document.design.data is not None
    assert document.design.data.source.endswith("people.csv")
    assert document.design.data.scaling == "standardize"
