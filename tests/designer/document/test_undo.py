"""Undo forgets nothing: random sessions, undone and redone, give back every earlier document exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from designer.document import editing
from designer.document.document import Document
from designer.document.fragment import fragment_of, pasting
from engine.core.errors import DesignError, GradloomError
from engine.design import edits as e
from engine.design.design import Design
from engine.design.document_json import write_document
from engine.design.edits import Edit
from engine.design.elements import Edge
from tests.designer.document.networks import chain

COMMANDS = 40
SESSIONS = 20


class RandomPerson:
    """Does something sensible, or something foolish, to whatever is there."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def edits(self, design: Design) -> list[Edit]:
        actions: list[Callable[[Design], list[Edit]]] = [
            self.add, self.add, self.connect, self.connect, self.delete, self.heal, self.rename, self.move,
            self.freeze, self.bypass, self.setting, self.paste, self.insert, self.comment, self.uncomment,
            self.replug, self.section, self.unwire,
        ]  # fmt: skip
        return actions[self.rng.integers(len(actions))](design)

    def node(self, design: Design) -> str:
        return str(self.rng.choice(list(design.nodes)))

    def some(self, design: Design) -> list[str]:
        return [node_id for node_id in design.nodes if self.rng.random() < 0.4]

    def add(self, design: Design) -> list[Edit]:
        kind = str(self.rng.choice(["Dense", "Input", "Output"]))
        x, y = self.rng.integers(0, 500, 2)
        return editing.addition(design, kind, (float(x), float(y)))[0]

    def connect(self, design: Design) -> list[Edit]:
        return editing.connection(design, Edge(source=self.node(design), target=self.node(design)))

    def delete(self, design: Design) -> list[Edit]:
        return editing.deletion(design, [self.node(design)], design.edges[:1], list(design.notes)[:1])

    def heal(self, design: Design) -> list[Edit]:
        return editing.healing_deletion(design, [self.node(design)])

    def rename(self, design: Design) -> list[Edit]:
        return editing.renaming(design, self.node(design), f"name {self.rng.integers(6)}")

    def move(self, design: Design) -> list[Edit]:
        return editing.nudging(design, self.some(design), 16.0, -8.0)

    def freeze(self, design: Design) -> list[Edit]:
        return editing.freezing(design, self.some(design))

    def bypass(self, design: Design) -> list[Edit]:
        return editing.bypassing(design, self.some(design))

    def setting(self, design: Design) -> list[Edit]:
        chosen = [node.id for node in design.nodes.values() if node.type == "Dense"]
        return editing.setting_change(design, chosen, "units", int(self.rng.integers(1, 9)))

    def paste(self, design: Design) -> list[Edit]:
        return pasting(design, fragment_of(design, self.some(design), design.notes), offset=(8.0, 8.0))[0]

    def insert(self, design: Design) -> list[Edit]:
        edge = design.edges[self.rng.integers(len(design.edges))]
        return editing.insertion_on(design, edge, "Dense", (1.0, 2.0))[0]

    def comment(self, design: Design) -> list[Edit]:
        return editing.commenting(design, self.some(design), "why")[0]

    def uncomment(self, design: Design) -> list[Edit]:
        return editing.deletion(design, notes=list(design.notes)[:1])

    def replug(self, design: Design) -> list[Edit]:
        old = design.edges[self.rng.integers(len(design.edges))]
        return editing.replugging(design, old, Edge(source=old.source, target=self.node(design)))

    def section(self, design: Design) -> list[Edit]:
        epochs = int(self.rng.integers(1, 50))
        sections: list[Edit] = [
            e.SetSection("name", f"design {epochs}"),
            e.SetSection("seed", epochs),
            e.SetSection("training", design.training.replace(epochs=epochs)),
        ]
        return [sections[self.rng.integers(3)]]

    def unwire(self, design: Design) -> list[Edit]:
        return editing.deletion(design, edges=[design.edges[self.rng.integers(len(design.edges))]])


@pytest.mark.parametrize("seed", range(SESSIONS))
def test_a_session_undone_and_redone_gives_back_every_earlier_document(seed: int, qtbot: QtBot) -> None:
    document, person = Document(), RandomPerson(seed)
    document.set_design(chain())
    states = [document.design.copy()]
    texts = [write_document(document.design)]
    while len(states) <= COMMANDS:
        before = document.undo_stack.count()
        try:
            document.push(f"command {len(states)}", person.edits(document.design))
        except (GradloomError, ValueError, IndexError):
            assert document.design == states[-1], "a refused command changed the document"
            continue
        if document.undo_stack.count() > before:
            states.append(document.design.copy())
            texts.append(write_document(document.design))
    for _ in range(2):
        for index in range(COMMANDS, -1, -1):
            assert document.design == states[index]
            assert write_document(document.design) == texts[index]
            document.undo_stack.undo()
        for index in range(COMMANDS + 1):
            assert document.design == states[index]
            document.undo_stack.redo()
        assert write_document(document.design) == texts[-1]


def test_undoing_tells_the_views_in_an_order_that_they_can_follow(qtbot: QtBot) -> None:
    """A mirror kept by signals alone has the same nodes and wires as the design, after every step."""
    document, person = Document(), RandomPerson(99)
    document.set_design(chain())
    nodes, edges = set(document.design.nodes), set(document.design.edges)

    def add_edge(edge: Edge) -> None:
        assert edge.source in nodes
        assert edge.target in nodes
        edges.add(edge)

    def remove_node(node_id: str) -> None:
        assert not any(node_id in (edge.source, edge.target) for edge in edges)
        nodes.remove(node_id)

    document.node_added.connect(nodes.add)
    document.node_removed.connect(remove_node)
    document.edge_added.connect(add_edge)
    document.edge_removed.connect(edges.remove)
    for _ in range(120):
        try:
            document.push("step", person.edits(document.design))
        except (GradloomError, ValueError, IndexError):
            pass
        if person.rng.random() < 0.3:
            document.undo_stack.undo()
        assert nodes == set(document.design.nodes)
        assert edges == set(document.design.edges)


def test_steps_with_one_merge_key_are_one_undo_step(qtbot: QtBot) -> None:
    document = Document()
    document.set_design(chain())
    for _ in range(5):
        document.push("Move", editing.nudging(document.design, ["dense_1"], 8.0, 0.0), merge="nudge dense_1")
    assert document.undo_stack.count() == 1
    assert document.design.nodes["dense_1"].position == (280.0, 0.0)
    document.undo_stack.undo()
    assert document.design.nodes["dense_1"].position == (240, 0)


def test_a_command_that_does_not_fit_changes_nothing(qtbot: QtBot) -> None:
    document = Document()
    document.set_design(chain())
    before = document.design.copy()
    with pytest.raises(DesignError):
        document.push("Bad", [e.SetSection("seed", 5), e.RemoveNode("nobody")])
    assert document.design == before
    assert document.undo_stack.count() == 0
