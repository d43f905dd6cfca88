"""The forms: every layer type's form builds, edits every field, refuses what can't be, and undo restores."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from designer.common.forms.arithmetic import evaluate, next_nice, shortest
from designer.common.forms.choice_editors import BoolEditor, ChoiceEditor, Chooser
from designer.common.forms.component_editor import ComponentEditor
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.field_editor import requirement
from designer.common.forms.field_row import EDITORS
from designer.common.forms.line_field import LineField
from designer.common.forms.number_editors import LineEditor
from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.inspector_panel import InspectorPanel
from engine.core.fields import FieldSpec, describe
from engine.core.registry import family
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Node, UnknownLayer
from engine.layers.base import Layer, layers

LAYERS = sorted(layers.classes)


def another_value(spec: FieldSpec, value: Any) -> Any:
    """Return a value of the field other than `value`, or None where there is no telling one."""
    if spec.kind == "bool":
        return not value
    if spec.kind == "choice":
        return next((choice for choice in spec.choices if choice != value), None)
    if spec.kind == "int":
        low = int(spec.minimum or 0)
        return next(n for n in (low + 1, low + 2, low + 3) if n != value)
    if spec.kind == "float":
        low, high = spec.minimum or 0.0, spec.maximum if spec.maximum is not None else 1.0
        return next(x for x in (low + (high - low) * share for share in (0.25, 0.5)) if x != value)
    if spec.kind == "component":
        names = [name for name in family(spec.registry).names() if name not in ("values",)]
        return next((name for name in names if name != name_of(value)), None)
    if spec.kind == "numbers" and spec.item == "int" and value:
        return tuple(n + 1 for n in value)
    return None


def name_of(value: Any) -> Any:
    """Return a component's name; any other value as it is."""
    return value["name"] if isinstance(value, dict) else value


def edit_through(form: DeclaredForm, name: str, value: Any) -> None:
    """Edit a field as a person does: type a text and press Enter, choose from the list, click the switch."""
    editor = form.rows[name].editor
    if isinstance(editor, LineEditor):
        editor.line.setText(editor.write(value))
        QTest.keyClick(editor.line, Qt.Key.Key_Return)
    elif isinstance(editor, BoolEditor):
        editor.switch.click()
    elif isinstance(editor, ChoiceEditor | ComponentEditor):
        place = editor.chooser.findData(value)
        editor.chooser.setCurrentIndex(place)
        editor.chooser.activated.emit(place)
    else:
        raise TypeError(f"no way to edit {name}")


def panel_of(qtbot: QtBot, layer: Layer) -> tuple[Document, InspectorPanel, str]:
    """Return a document with one node of this layer, and the inspector that shows it."""
    design = Design("one")
    node = design.add(layer)
    document = Document()
    document.set_design(design)
    selection = Selection(document)
    panel = InspectorPanel(document, selection)
    qtbot.addWidget(panel)
    selection.set([node.id])
    return document, panel, node.id


@pytest.mark.parametrize("type_name", LAYERS)
def test_every_field_of_every_layer_can_be_edited_and_undone(qtbot: QtBot, type_name: str) -> None:
    for example in layers[type_name].examples():
        document, panel, node_id = panel_of(qtbot, example.layer)
        form = panel.node_page.form
        assert form is not None
        assert set(form.rows) == {spec.name for spec in describe(type(example.layer))}
        for spec in describe(type(example.layer)):
            before = document.design.nodes[node_id]
            value = another_value(spec, getattr(before.layer, spec.name))
            if value is None or form.rows[spec.name].isHidden():
                continue
            edit_through(form, spec.name, value)
            changed = document.design.nodes[node_id]
            if changed == before:
                # A layer may refuse a value for its own reasons; then it says so at the field.
                assert form.rows[spec.name].message.text(), spec.name
                panel.refresh()
                continue
            assert name_of(getattr(changed.layer, spec.name)) == value, spec.name
            document.undo_stack.undo()
            assert document.design.nodes[node_id] == before
            panel.refresh()
            assert form.values[spec.name] == getattr(before.layer, spec.name)


def test_every_kind_of_field_has_an_editor() -> None:
    kinds = {spec.kind for cls in layers.classes.values() for spec in describe(cls)}
    for kind in ("optimizer", "schedule", "initializer", "regularizer", "activation", "loss"):
        kinds |= {spec.kind for cls in family(kind).classes.values() for spec in describe(cls)}
    assert kinds <= set(EDITORS)


def test_a_bad_value_is_refused_at_the_field_and_escape_reverts(qtbot: QtBot) -> None:
    document, panel, node_id = panel_of(qtbot, layers["Dense"].validated({"units": 8}))
    assert panel.node_page.form is not None
    row = panel.node_page.form.rows["units"]
    line = row.editor.line  # type: ignore[attr-defined]  # an IntegerEditor has one
    before = document.design.nodes[node_id]
    for text in ("0", "2.5", "many", "-3", "1e99"):
        line.setText(text)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert "whole number" in row.message.text(), text
        assert line.property("invalid")
        assert document.design.nodes[node_id] == before
        QTest.keyClick(line, Qt.Key.Key_Escape)
        assert line.text() == "8"
        assert row.message.text() == ""
    assert document.undo_stack.count() == 0


def test_sums_are_taken_and_steps_are_one_undo_step(qtbot: QtBot) -> None:
    document, panel, node_id = panel_of(qtbot, layers["Dense"].validated({"units": 8}))
    assert panel.node_page.form is not None
    line = panel.node_page.form.rows["units"].editor.line  # type: ignore[attr-defined]  # an IntegerEditor has one
    line.setText("28*28")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert document.design.nodes[node_id].layer.units == 784  # type: ignore[attr-defined]  # a Dense
    panel.refresh()
    for _ in range(3):
        QTest.keyClick(line, Qt.Key.Key_Up)
        panel.refresh()
    assert document.design.nodes[node_id].layer.units == 787  # type: ignore[attr-defined]  # a Dense
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert document.design.nodes[node_id].layer.units == 784  # type: ignore[attr-defined]  # a Dense


def test_a_component_shows_its_own_fields_and_keeps_them(qtbot: QtBot) -> None:
    document, panel, node_id = panel_of(qtbot, layers["Dense"].validated({"activation": "leaky_relu"}))
    assert panel.node_page.form is not None
    editor = panel.node_page.form.rows["activation"].editor
    assert isinstance(editor, ComponentEditor)
    assert editor.form is not None
    edit_through(editor.form, "negative_slope", 0.25)
    layer = document.design.nodes[node_id].layer
    assert layer.activation == {"name": "leaky_relu", "negative_slope": 0.25}  # type: ignore[attr-defined]
    panel.refresh()
    edit_through(panel.node_page.form, "activation", "relu")
    panel.refresh()
    assert editor.form is None
    document.undo_stack.undo()
    panel.refresh()
    assert editor.form is not None
    assert editor.form.values["negative_slope"] == 0.25


def test_an_optional_component_can_be_none(qtbot: QtBot) -> None:
    document, panel, node_id = panel_of(qtbot, layers["Dense"].validated({"kernel_regularizer": "l2"}))
    assert panel.node_page.form is not None
    edit_through(panel.node_page.form, "kernel_regularizer", "none")
    assert document.design.nodes[node_id].layer.kernel_regularizer is None  # type: ignore[attr-defined]  # a Dense


def test_the_wheel_over_a_field_that_was_not_chosen_changes_nothing(qtbot: QtBot) -> None:
    document, panel, _ = panel_of(qtbot, layers["Dense"].validated({}))
    assert panel.node_page.form is not None
    editor = panel.node_page.form.rows["activation"].editor
    assert isinstance(editor, ComponentEditor)
    before = editor.chooser.currentText()
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    editor.chooser.wheelEvent(event)
    assert not event.isAccepted()
    assert editor.chooser.currentText() == before
    assert document.undo_stack.count() == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("28*28", 784),
        ("1,024", 1024),
        ("0,5", 0.5),
        ("2**10", 1024),
        ("1/4", 0.25),
        ("-(3)", -3),
    ],
)
def test_numbers_as_people_type_them(text: str, value: float) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "__import__('os')", "9**9**9", "1/0", "True", "1j", "(" * 50, "1e999"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        evaluate(text)


def test_steps_of_a_logarithmic_field() -> None:
    assert [next_nice(0.001, 1), next_nice(0.002, 1), next_nice(0.005, 1)] == [0.002, 0.005, 0.01]
    assert [next_nice(0.001, -1), next_nice(0.003, -1), next_nice(7, -1)] == [0.0005, 0.002, 5]
    assert [shortest(0.001), shortest(1e-7), shortest(0.1 + 0.2)] == ["0.001", "1e-07", "0.30000000000000004"]


def test_what_a_field_expects_in_words() -> None:
    spec = FieldSpec(name="rate", kind="float", default=0.5, minimum=0, maximum=1, exclusive_maximum=True)
    assert requirement(spec) == "a number at least 0 and below 1"
    assert requirement(FieldSpec(name="n", kind="int", default=1, minimum=1)) == "a whole number, at least 1"


def test_undo_belongs_to_the_document_until_something_is_half_typed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = LineField(window)
    undone: list[bool] = []
    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), window)
    shortcut.activated.connect(lambda: undone.append(True))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    line.setFocus()
    line.show_text("8")
    QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [True]
    QTest.keyClicks(line, "16")
    QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [True]
    assert line.text() == "8"


def test_leaving_a_field_commits_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line, other = LineField(window), QLineEdit(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    line.show_text("8")
    line.setFocus()
    QTest.keyClicks(line, "0")
    with qtbot.waitSignal(line.committed) as blocker:
        other.setFocus()
    assert blocker.args in (["80"], ["08"])


def test_a_layer_of_an_unknown_type_is_shown_without_a_form(qtbot: QtBot) -> None:
    document, panel, known = panel_of(qtbot, layers["Dense"].validated({}))
    stranger = Node(id="odd_1", name="odd", layer=UnknownLayer(type="Quantum", settings={"spin": 2}))
    document.push("Add", [e.AddNode(stranger)])
    selection = panel._selection
    for nodes in (["odd_1"], [known, "odd_1"], ["odd_1"], [known]):
        selection.set(nodes)
        panel.refresh()
    selection.set(["odd_1"])
    assert panel.node_page.form is None
    assert panel.node_page.header.kind.text() == "Quantum"
    assert panel.node_page.cards.contents


def test_weights_can_be_taken_from_a_layer_of_the_same_shapes(qtbot: QtBot) -> None:
    design = Design("shared")
    x = design.add("Input", shape=(4,))
    first = design.add("Dense", x, units=4, name="first")
    second = design.add("Dense", first, units=4, name="second")
    design.add("Dense", second, units=3, name="third")
    document = Document()
    document.set_design(design)
    selection = Selection(document)
    panel = InspectorPanel(document, selection)
    qtbot.addWidget(panel)
    selection.set([second.id])
    row = panel.node_page.flags.rows["shares"]
    assert not row.isHidden()
    chooser = row.editor.chooser  # type: ignore[attr-defined]  # a ChoiceEditor
    assert [chooser.itemText(i) for i in range(chooser.count())] == ["none", "first"]
    place = chooser.findText("first")
    chooser.setCurrentIndex(place)
    chooser.activated.emit(place)
    assert document.design.nodes[second.id].shares == first.id
    document.undo_stack.undo()
    assert document.design.nodes[second.id].shares == ""


def test_a_choice_too_long_for_its_field_keeps_both_ends(qtbot: QtBot) -> None:
    chooser = Chooser()
    qtbot.addWidget(chooser)
    chooser.offer(["categorical_crossentropy"])
    chooser.resize(400, 26)
    assert chooser.shown_text() == "categorical_crossentropy"
    chooser.resize(120, 26)
    start, _, end = chooser.shown_text().partition("…")
    assert start
    assert "categorical_crossentropy".startswith(start)
    assert end
    assert "categorical_crossentropy".endswith(end)
    chooser.setToolTip("The loss")
    place = QPoint(5, 5)
    QApplication.sendEvent(chooser, QHelpEvent(QEvent.Type.ToolTip, place, place))
    assert QToolTip.text() == "categorical_crossentropy\nThe loss"
    QToolTip.hideText()
