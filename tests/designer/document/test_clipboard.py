"""Copy and paste: text that is validated before it is believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from designer.document.clipboard import MIME, clipboard_may_hold_layers, put_on_clipboard, take_from_clipboard
from designer.document.document import Document
from designer.document.edit_commands import EditCommands
from designer.document.fragment import fragment_of, pasting, read_fragment, write_fragment
from designer.document.selection import Selection
from engine.core.errors import FileFormatError
from engine.design.document_json import write_document
from tests.designer.document.networks import chain


def test_a_fragment_round_trips() -> None:
    fragment = fragment_of(chain(), ["dense_1", "dense_2"])
    assert len(fragment.edges) == 1
    assert read_fragment(write_fragment(fragment)) == fragment


def test_pasting_gives_new_ids_keeps_inner_wires_and_moves() -> None:
    design = chain()
    edits, nodes, _ = pasting(design, fragment_of(design, ["dense_1", "dense_2"]), offset=(32.0, 32.0))
    for edit in edits:
        design.apply(edit)
    assert nodes == ["dense_3", "dense_4"]
    assert design.nodes["dense_3"].position == (272.0, 32.0)
    assert any((edge.source, edge.target) == ("dense_3", "dense_4") for edge in design.edges)
    assert len({node.name for node in design.nodes.values()}) == len(design.nodes)


def test_pasting_at_a_place_puts_the_corner_there() -> None:
    design = chain()
    edits, nodes, _ = pasting(design, fragment_of(design, ["dense_1", "dense_2"]), at=(1000.0, 500.0))
    for edit in edits:
        design.apply(edit)
    assert design.nodes[nodes[0]].position == (1000.0, 500.0)
    assert design.nodes[nodes[1]].position == (1240.0, 500.0)


def test_a_whole_design_can_be_pasted_as_text() -> None:
    assert len(read_fragment(write_document(chain())).nodes) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "gradloom-nodes", "version": 2, "nodes": []}',
        '{"format": "gradloom-nodes", "version": 1, "nodes": 7}',
        '{"format": "gradloom-nodes", "version": 1, "nodes": [7]}',
        '{"format": "gradloom-nodes", "version": 1, "nodes": [{"id": "a", "name": "a", "type": "Dense"'
        ', "settings": {"units": 0}}]}',
        '{"format": "gradloom-nodes", "version": 1, "nodes": [], "edges": [{"source": "a", "target": "b"}]}',
        '{"format": "gradloom-nodes", "version": 1, "nodes": NaN}',
        "[" * 100_000,
    ],
)
def test_text_that_is_no_fragment_is_refused(text: str) -> None:
    with pytest.raises(FileFormatError):
        read_fragment(text)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3), max_leaves=8
    )
)
def test_rubbish_in_the_place_of_nodes_never_crashes(value: object) -> None:
    text = json.dumps({"format": "gradloom-nodes", "version": 1, "nodes": [value], "edges": [value]})
    with pytest.raises(FileFormatError):
        read_fragment(text)


@pytest.fixture
def commands(qtbot: QtBot) -> tuple[Document, Selection, EditCommands]:
    document = Document()
    document.set_design(chain())
    selection = Selection(document, document)
    return document, selection, EditCommands(document, selection, document)


def test_cut_and_paste_are_one_step_each(commands: tuple[Document, Selection, EditCommands]) -> None:
    document, selection, edit = commands
    before = document.design.copy()
    selection.set(["dense_1", "dense_2"])
    edit.cut()
    assert list(document.design.nodes) == ["input_1", "output_1"]
    assert document.undo_stack.undoText() == "Cut 2 layers"
    assert clipboard_may_hold_layers()
    edit.paste()
    assert selection.nodes == ("dense_1", "dense_2")
    assert document.design.nodes["dense_1"].position == (240, 0)
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.design == before


def test_pasting_twice_does_not_stack_copies_on_each_other(
    commands: tuple[Document, Selection, EditCommands],
) -> None:
    document, selection, edit = commands
    selection.set(["dense_1"])
    edit.copy()
    edit.paste()
    edit.paste()
    places = [node.position for node in document.design.nodes.values()]
    assert len(set(places)) == len(places)


def test_another_window_takes_what_was_copied_here(
    commands: tuple[Document, Selection, EditCommands],
) -> None:
    _, selection, edit = commands
    selection.set(["dense_1", "dense_2"])
    edit.copy()
    other = Document()
    EditCommands(other, Selection(other, other), other).paste()
    assert [node.type for node in other.design.nodes.values()] == ["Dense", "Dense"]
    assert QGuiApplication.clipboard().mimeData().hasFormat(MIME)


def test_a_clipboard_without_layers_is_refused_with_a_message(
    qtbot: QtBot, commands: tuple[Document, Selection, EditCommands]
) -> None:
    _, _, edit = commands
    QGuiApplication.clipboard().setText("just words")
    assert not clipboard_may_hold_layers()
    with qtbot.waitSignal(edit.refused) as blocker:
        edit.paste()
    assert "no layers" in blocker.args[0]


def test_the_clipboard_carries_unicode(qtbot: QtBot) -> None:
    design = chain()
    design.nodes["dense_1"] = design.nodes["dense_1"].with_(name="скрытый 🙂")
    fragment = fragment_of(design, ["dense_1"])
    put_on_clipboard(fragment)
    assert take_from_clipboard() == fragment


def test_duplicate_delete_freeze_and_nudge_the_selection(
    commands: tuple[Document, Selection, EditCommands],
) -> None:
    document, selection, edit = commands
    selection.set(["dense_1"])
    edit.duplicate()
    (copy,) = selection.nodes
    edit.toggle_frozen()
    assert document.design.nodes[copy].frozen
    edit.nudge(8, 0)
    edit.nudge(8, 0)
    assert document.undo_stack.count() == 3
    edit.delete()
    assert copy not in document.design.nodes
    assert selection.empty
