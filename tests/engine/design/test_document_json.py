"""The design as text: round trips, versions, unknown types, and everything that is not a design."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import FileFormatError
from engine.design import Design, Note, UnknownLayer
from engine.design import edits as e
from engine.design.document_json import FORMAT, VERSION, read_document, write_document


def sample() -> Design:
    design = Design("sämple ✓", seed=3)
    x = design.add("Input", shape=(4,), position=(0, 0))
    h = design.add("Dense", x, units=8, activation={"name": "relu"}, frozen=True)
    y = design.add("Dense", h, units=3, activation="softmax", name="classes")
    design.add("Output", y)
    design.apply(e.AddNote(Note(id="note_1", text='two lines\nand "quotes"')))
    return design


def test_round_trip_gives_the_same_design_and_the_same_text() -> None:
    text = write_document(sample())
    assert read_document(text) == sample()
    assert write_document(read_document(text)) == text


def test_one_node_and_one_wire_per_line() -> None:
    lines = write_document(sample()).splitlines()
    assert sum('"type":' in line for line in lines) == 4
    assert sum('"source":' in line and '"target":' in line for line in lines) == 3


def test_an_unknown_type_keeps_its_data_and_saves_it_back() -> None:
    data = json.loads(write_document(sample()))
    data["nodes"][1].update(type="Futuristic", settings={"depth": [1, {"a": None}]})
    design = read_document(json.dumps(data))
    assert isinstance(design.nodes["dense_1"].layer, UnknownLayer)
    assert json.loads(write_document(design))["nodes"][1] == data["nodes"][1]
    assert any(problem.code == "unknown_layer" for problem in design.check())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "not a Gradloom design"),
        ({"version": VERSION + 1}, "Update Gradloom"),
        ({"version": "1"}, "whole number"),
        ({"nodes": {}}, "nodes should be a list"),
        (
            {"nodes": [{"id": "a", "type": "Dense", "name": "a", "settings": {"units": 0}}]},
            r"nodes\[0\]: Dense",
        ),
        ({"nodes": [{"id": "a", "type": "Dense", "name": "a", "settings": {"colour": 1}}]}, "colour"),
        ({"nodes": [{"id": "a", "type": "Dense", "name": "a", "position": "here"}]}, "position"),
        ({"edges": [{"source": "input_1", "target": "nobody"}]}, "no node 'nobody'"),
        ({"edges": [{"source": "input_1", "target": "dense_1"}] * 2}, "twice"),
        ({"training": {"epochs": -1}}, "training"),
        ({"seed": 1.5}, "seed"),
    ],
)
def test_a_fault_is_named_with_its_place(change: dict[str, object], words: str) -> None:
    data = {**json.loads(write_document(sample())), **change}
    with pytest.raises(FileFormatError, match=words):
        read_document(json.dumps(data))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"format": NaN}',
        '{"a": 1, "a": 2}',
        '{"seed": ' + "9" * 5000 + "}",
        b"\xff\xfe\x00",
        b"\x89PNG\r\n",
    ],
)
def test_what_is_not_a_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(FileFormatError):
        read_document(text)


PLAIN = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_a_design_or_a_plain_error(value: object) -> None:
    records = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": value,
        "edges": value,
        "training": value,
        "data": value,
    }
    try:
        design = read_document(json.dumps(records))
    except FileFormatError as error:
        assert str(error)
    else:
        assert not design.nodes
