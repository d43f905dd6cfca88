"""The outline: the layers in order, in step with the selection, with every command."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.document.selection import Selection
from designer.outline.outline_menu import outline_menu, targets
from designer.outline.outline_panel import OutlinePanel
from engine.core.errors import ConnectionRuleError
from engine.design import Design
from engine.design import edits as e

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard")


def network() -> Design:
    design = Design("outline")
    x = design.add("Input", shape=(4,), position=(0.0, 0.0))
    a = design.add("Dense", x, units=8, activation="relu", position=(240.0, 0.0))
    b = design.add("Dropout", a, position=(480.0, 0.0))
    c = design.add("Dense", b, units=3, activation="softmax", position=(720.0, 0.0))
    design.add("Output", c, position=(960.0, 0.0))
    return design


@pytest.fixture
def panel(qtbot: QtBot) -> OutlinePanel:
    document = Document()
    shown = OutlinePanel(document, Selection(document))
    qtbot.addWidget(shown)
    shown.resize(460, 300)
    shown.show()
    document.set_design(network())
    return shown


def rows(panel: OutlinePanel, column: int = 0) -> list[str]:
    model = panel.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_it_lists_layers_in_order_with_shapes_and_parameters(panel: OutlinePanel) -> None:
    assert rows(panel) == ["input_1", "dense_1", "dropout_1", "dense_2", "output_1"]
    assert rows(panel, 1) == ["Input", "Dense", "Dropout", "Dense", "Output"]
    assert rows(panel, 2) == ["4", "8", "8", "3", "3"]
    assert rows(panel, 3) == ["", "40", "", "27", ""]


def test_a_screen_reader_hears_everything(panel: OutlinePanel) -> None:
    model = panel.model
    panel.document.push("Cut", [e.RemoveEdge(panel.document.design.edges[0])])
    spoken = model.data(model.index(model.row_of("dense_1"), 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("dense_1, Dense")
    assert "error: dense_1 has no input" in spoken


def test_selection_goes_both_ways(panel: OutlinePanel) -> None:
    panel.selection.set(["dense_1", "dropout_1"])
    chosen = {panel.model.node_at(i.row()) for i in panel.tree.selectionModel().selectedRows()}
    assert chosen == {"dense_1", "dropout_1"}
    index = panel.model.index(panel.model.row_of("dense_2"), 0)
    panel.tree.selectionModel().setCurrentIndex(
        index, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    assert panel.selection.nodes == ("dense_2",)
    panel.selection.clear()
    assert not panel.tree.selectionModel().selectedRows()


def test_selection_outlives_a_change_of_the_rows(panel: OutlinePanel) -> None:
    panel.selection.set(["dense_2"])
    panel.add_layer("Dense", "dropout_1")
    panel.selection.set(["dense_2"])
    panel.document.undo_stack.undo()
    assert panel.selection.nodes == ("dense_2",)
    assert panel.tree.selectionModel().selectedRows()[0].row() == panel.model.row_of("dense_2")


def test_keys_delete_freeze_and_rename(panel: OutlinePanel) -> None:
    panel.selection.set(["dense_1"])
    QTest.keyClick(panel.tree, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert panel.document.design.nodes["dense_1"].frozen
    assert rows(panel, 1)[1] == "Dense · frozen"
    model = panel.model
    assert model.setData(model.index(1, 0), "hidden")
    assert panel.document.design.nodes["dense_1"].name == "hidden"
    QTest.keyClick(panel.tree, Qt.Key.Key_Delete)
    assert "dense_1" not in panel.document.design.nodes
    panel.document.undo_stack.undo()
    assert rows(panel)[1] == "hidden"


def test_backspace_in_a_name_deletes_letters_not_layers(panel: OutlinePanel, qtbot: QtBot) -> None:
    panel.selection.set(["dense_1"])
    QTest.keyClick(panel.tree, Qt.Key.Key_F2)
    field = panel.tree.findChild(QLineEdit)
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_End)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(panel.document.node_replaced):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert panel.document.design.nodes["dense_1"].name == "dense_"


def test_moving_up_and_down_rewires_the_chain(panel: OutlinePanel) -> None:
    before = panel.document.design.copy()
    panel.selection.set(["dropout_1"])
    QTest.keyClick(panel.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert rows(panel)[:4] == ["input_1", "dropout_1", "dense_1", "dense_2"]
    assert panel.document.design.nodes["dropout_1"].position == (240.0, 0.0)
    assert panel.document.undo_stack.count() == 1
    panel.document.undo_stack.undo()
    assert panel.document.design == before
    refused: list[str] = []
    panel.refused.connect(refused.append)
    panel.selection.set(["dense_1"])
    panel.move_up()
    assert refused == ["input_1 is where the network begins or ends."]


def test_connect_offers_only_what_a_rule_allows(panel: OutlinePanel) -> None:
    choices = dict(targets(panel, "dense_1"))
    assert set(choices) == {"dense_2, in place of its source", "output_1 · input, in place of its source"}
    panel.draw_wire(choices["dense_2, in place of its source"])
    assert panel.document.design.incoming("dense_2")[0].source == "dense_1"


def test_adding_after_a_layer_connects_it(panel: OutlinePanel) -> None:
    panel.add_layer("Dense", "dropout_1")
    new = panel.selection.current
    assert panel.document.design.incoming(new)[0].source == "dropout_1"
    assert panel.document.design.nodes[new].position == (720.0, 112.0)


def test_the_menu_carries_every_command(panel: OutlinePanel) -> None:
    panel.selection.set(["dropout_1"])
    menu = outline_menu(panel, "dropout_1")
    texts = {action.text().split("\t")[0] for action in menu.actions()}
    wanted = {"Rename", "Connect to", "Disconnect", "Move up", "Move down", "Freeze", "Bypass", "Delete"}
    assert wanted <= texts
    menu.deleteLater()
    empty: QMenu = outline_menu(panel, "")
    assert [action.text() for action in empty.actions()] == ["Add a layer"]
    empty.deleteLater()


def test_a_merge_refuses_to_be_swapped() -> None:
    from designer.outline.reorder import swap

    design = Design()
    x = design.add("Input", shape=(4,))
    a, b = design.add("Dense", x, units=4), design.add("Dense", x, units=4)
    both = design.add("Add", [a, b])
    last = design.add("Dense", both, units=2)
    with pytest.raises(ConnectionRuleError, match="paths meet"):
        swap(design, both.id, last.id)
