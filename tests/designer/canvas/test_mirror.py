"""The scene mirrors the document, whatever is done to it and however often it is undone."""

from __future__ import annotations

import gc
import random
import weakref

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.document import editing
from designer.document.document import Document
from designer.document.fragment import fragment_of, pasting
from designer.document.selection import Selection
from engine.core.errors import GradloomError
from engine.design import Design, Edge
from engine.design import edits as e
from engine.design.elements import Note
from tests.designer.canvas.hands import Hands, items_of, network

KINDS = ("Dense", "Conv2D", "Add", "Flatten", "Dropout", "Input", "Output")


def expect_mirror(view: CanvasView) -> None:
    """Fail where an item is missing, too many, or elsewhere than the document says."""
    design, scene = view.document.design, view.canvas_scene
    wanted = [("node", node_id) for node_id in design.nodes]
    wanted += [("wire", repr(edge)) for edge in design.edges] + [
        ("note", note_id) for note_id in design.notes
    ]
    assert sorted(items_of(view)) == sorted(wanted)
    for node_id, node in design.nodes.items():
        item = scene.nodes[node_id]
        assert (item.content.name, item.content.type) == (node.name, node.type)
        assert (item.content.frozen, item.content.bypassed) == (node.frozen, node.bypassed)
        if node.position is not None:
            assert item.pos() == QPointF(*node.position)
        severities = [problem.severity for problem in view.document.problems_at(node_id)]
        assert item.content.problem == (severities[0] if severities else "")
        used = {(False, edge.target_port) for edge in design.incoming(node_id)}
        used |= {(True, edge.source_port) for edge in design.outgoing(node_id)}
        assert len(item.used) == len(used)
    scene.settle()
    for edge, wire in scene.wires.items():
        start, stop = scene.router.ends(edge)
        assert (wire.path.pointAtPercent(0) - start).manhattanLength() < 0.01
        assert (wire.path.pointAtPercent(1) - stop).manhattanLength() < 0.01
    assert {n for n, item in scene.nodes.items() if item.selected} == set(view.selection.nodes)


def random_edits(chance: random.Random, design: Design) -> list[e.Edit]:
    """Return the edits of one command, such as a person might give."""
    nodes = list(design.nodes)
    one = chance.choice(nodes) if nodes else ""
    match chance.randrange(10):
        case 0 | 1:
            place = (16.0 * chance.randrange(-40, 80), 16.0 * chance.randrange(-30, 60))
            return editing.addition(design, chance.choice(KINDS), place)[0]
        case 2 if one:
            return editing.deletion(design, chance.sample(nodes, min(len(nodes), 2)))
        case 3 | 4 if one:
            other = chance.choice(nodes)
            outputs, inputs = design.nodes[one].layer.OUTPUTS, design.nodes[other].layer.INPUTS
            if not outputs or not inputs:
                return []
            ends = {"source": one, "target": other}
            return editing.connection(
                design, Edge(**ends, source_port=outputs[0].name, target_port=inputs[0].name)
            )
        case 5 if design.edges:
            return editing.deletion(design, (), [chance.choice(design.edges)])
        case 6 if one:
            return editing.nudging(design, chance.sample(nodes, min(3, len(nodes))), 16.0, -32.0)
        case 7 if one:
            return chance.choice((editing.freezing, editing.bypassing))(design, [one])
        case 8 if one:
            part = fragment_of(design, chance.sample(nodes, min(3, len(nodes))))
            return pasting(design, part, offset=(32.0, 32.0))[0]
        case 9:
            free = f"note_{chance.randrange(10_000)}"
            return [] if free in design.notes else [e.AddNote(Note(id=free, text=free))]
    return []


@pytest.mark.parametrize("seed", range(8))
def test_the_scene_mirrors_a_random_session(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    document = Document()
    view = CanvasView(document, Selection(document))
    qtbot.addWidget(view)
    view.resize(800, 500)
    view.show()
    document.set_design(network())
    for step in range(40):
        try:
            document.push(f"step {step}", random_edits(chance, document.design))
        except GradloomError:
            continue
        if document.design.nodes and chance.random() < 0.3:
            view.selection.set(chance.sample(list(document.design.nodes), 1))
        if chance.random() < 0.3:
            document.undo_stack.undo()
        if chance.random() < 0.1:
            view.set_zoom(chance.choice((0.2, 0.5, 1.0, 2.0)))
        expect_mirror(view)
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    expect_mirror(view)
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    expect_mirror(view)


def test_nodes_without_a_place_get_one_without_an_undo_step(hands: Hands) -> None:
    design = network()
    for node in list(design.nodes.values()):
        design.apply(e.ReplaceNode(node.with_(position=None)))
    hands.document.set_design(design)
    places = [node.position for node in design.nodes.values()]
    assert None not in places
    assert len(set(places)) == len(places)
    assert not hands.document.undo_stack.canUndo()
    expect_mirror(hands.view)


def test_a_few_nodes_without_a_place_go_beside_their_neighbours(hands: Hands) -> None:
    design = network()
    second = design.node_named("second")
    design.apply(e.ReplaceNode(second.with_(position=None)))
    hands.document.set_design(design)
    assert design.node_named("first").position == (272.0, 0.0)
    moved = design.node_named("second").position
    assert moved is not None
    assert moved[0] > 272.0
    rects = [item.rect() for item in hands.scene.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])


def test_views_and_items_are_freed(qtbot: QtBot) -> None:
    document = Document()
    selection = Selection(document)
    view = CanvasView(document, selection)
    view.show()
    document.set_design(network())
    view.set_zoom(0.4)
    watched = [weakref.ref(view), weakref.ref(view.canvas_scene), weakref.ref(view.minimap)]
    watched += [weakref.ref(item) for item in view.canvas_scene.nodes.values()]
    view.close()
    view.deleteLater()
    del view
    qtbot.waitUntil(lambda: gc.collect() >= 0 and not any(ref() for ref in watched), timeout=3000)
    document.push("Add", editing.addition(document.design, "Dense", (0.0, 0.0))[0])


def test_removed_items_are_freed(hands: Hands) -> None:
    item = weakref.ref(hands.scene.nodes[hands.node("dense")])
    hands.document.push("Delete", hands.document.design.removal([hands.node("dense")]))
    gc.collect()
    assert item() is None
