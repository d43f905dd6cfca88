"""Every edit has an inverse, and any sequence of edits can be taken back exactly."""

from __future__ import annotations

import random

import pytest

from engine.core.errors import DesignError
from engine.design import Design, Edge, Note
from engine.design import edits as e
from engine.design.document_json import write_document
from engine.design.settings import TrainingSettings
from engine.layers.dense import Dense
from engine.layers.input import Input


def random_edits(design: Design, source: random.Random) -> list[e.Edit]:
    """Return one random change of the kinds that people make, as edits that fit the design."""
    nodes, kind = list(design.nodes), source.randrange(9)
    if kind <= 1 or not nodes:
        layer = source.choice([Dense(units=source.randint(1, 9)), Input(shape=(3,))])
        scratch = design.copy()
        node = scratch.add(layer, position=(source.randint(0, 9), 0))
        return [e.AddNode(node, source.choice([None, 0, len(nodes) // 2]))]
    node = design.nodes[source.choice(nodes)]
    if kind == 2:
        return design.removal([node.id, source.choice(nodes)])
    if kind == 3:
        edge = Edge(source=node.id, target=source.choice(nodes))
        return [] if edge in design.edges else [e.AddEdge(edge, source.choice([None, 0]))]
    if kind == 4:
        return [e.RemoveEdge(source.choice(design.edges))] if design.edges else []
    if kind == 5:
        return [e.ReplaceNode(node.with_(position=(source.random(), 1.0), frozen=not node.frozen))]
    if kind == 6:
        return [e.AddNote(Note(id=f"note_{source.random()}", text="why"), source.choice([None, 0]))]
    if kind == 7 and design.notes:
        note = design.notes[source.choice(list(design.notes))]
        return [e.ReplaceNote(Note(id=note.id, text="new")), e.RemoveNote(note.id)]
    training = TrainingSettings(epochs=source.randint(1, 99))
    return [e.SetSection("training", training), e.SetSection("seed", source.randrange(99))]


@pytest.mark.parametrize("seed", range(20))
def test_random_sessions_are_taken_back_exactly(seed: int) -> None:
    source, design = random.Random(seed), Design()
    before: list[str] = []
    undo: list[list[e.Edit]] = []
    for _ in range(40):
        before.append(write_document(design))
        undo.append([design.apply(edit) for edit in random_edits(design, source)][::-1])
    for text, inverses in zip(reversed(before), reversed(undo), strict=True):
        for inverse in inverses:
            design.apply(inverse)
        assert write_document(design) == text


def test_an_edit_that_does_not_fit_changes_nothing() -> None:
    design = Design()
    node = design.add("Input", shape=(2,))
    text = write_document(design)
    misfits: list[e.Edit] = [
        e.AddNode(node),
        e.RemoveNode("nobody"),
        e.RemoveEdge(Edge(source=node.id, target=node.id)),
        e.AddEdge(Edge(source=node.id, target="nobody")),
        e.ReplaceNote(Note(id="nothing")),
    ]
    for edit in misfits:
        with pytest.raises(DesignError, match="does not fit"):
            design.apply(edit)
    assert write_document(design) == text


def test_a_node_with_wires_is_not_removed_alone() -> None:
    design = Design()
    first = design.add("Input", shape=(2,))
    design.add("Dense", first, units=2)
    with pytest.raises(DesignError, match="still has wires"):
        design.apply(e.RemoveNode(first.id))
