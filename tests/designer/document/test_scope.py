"""Standing inside a block: what is seen, what is changed, and what training sees of it."""

from __future__ import annotations

import numpy as np
import pytest

from designer.document.document import Document
from designer.document.edit_commands import EditCommands
from designer.document.flat_document import FlatDocument, FlatSelection, gradients_in
from designer.document.scope import Scope
from designer.document.selection import Selection
from engine.design import edits as e
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.grouping import grouping
from engine.layers.base import layers


def network() -> Design:
    """Return x -> a -> b -> add (with a skip) -> y -> output, a, b and the add in a block with two instances."""
    design = Design("nested", seed=1)
    x = design.add("Input", shape=(4,), position=(0, 0))
    a = design.add("Dense", x, units=4, activation="sigmoid", name="a", position=(240, 0))
    b = design.add("Dense", a, units=4, activation="sigmoid", name="b", position=(480, 0))
    both = design.add("Add", [b, x], name="both", position=(720, 0))
    y = design.add("Dense", both, units=2, name="y", position=(960, 0))
    design.add("Output", y, loss="mean_squared_error", position=(1200, 0))
    grouped = grouping(design, [a.id, b.id, both.id], name="Residual")
    for edit in grouped.edits:
        design.apply(edit)
    second = design.add(grouped.block.id, position=(720, 0))
    design.apply(e.RemoveEdge(design.incoming(y.id)[0]))
    design.connect(grouped.node_id, second)
    design.connect(second, y)
    return design


class Told:
    """What a document told since `take` was called last."""

    def __init__(self, document: Document) -> None:
        self.words: list[str] = []
        for name in ("node_added", "node_removed", "node_replaced", "node_moved", "note_added"):
            getattr(document, name).connect(lambda i, name=name: self.words.append(f"{name} {i}"))
        document.edge_added.connect(lambda x: self.words.append(f"edge_added {x.source}-{x.target}"))
        document.edge_removed.connect(lambda x: self.words.append(f"edge_removed {x.source}-{x.target}"))
        document.checked.connect(lambda: self.words.append("checked"))
        document.reset.connect(lambda: self.words.append("reset"))

    def take(self) -> list[str]:
        taken, self.words = self.words, []
        return taken


@pytest.fixture
def root(qapp) -> Document:
    document = Document()
    document.set_design(network())
    assert document.problems == ()
    return document


def test_the_canvas_of_the_design_is_told_as_before(root: Document):
    scope = Scope(root)
    ours, theirs = Told(scope), Told(root)
    root.push("Add", [e.AddNode(root.design.nodes["input_1"].with_(id="input_2", name="input_2"))])
    root.push("Move", [e.ReplaceNode(root.design.nodes["dense_3"].with_(position=(5.0, 5.0)))])
    assert ours.take() == theirs.take() == ["node_added input_2", "checked", "node_moved dense_3"]
    assert scope.design is root.design


def test_inside_a_block_the_shapes_are_those_of_the_instance(root: Document):
    scope = Scope(root)
    told = Told(scope)
    assert scope.enter("residual_1")
    assert told.take() == ["reset", "checked"]
    assert scope.trail == [("nested", ()), ("Residual", ("residual_1",))]
    assert scope.inference.outputs["dense_1"] == ((4,),)
    assert scope.problems == ()
    assert not scope.enter("dense_1")
    assert scope.leave() == "residual_1"
    assert scope.design is root.design


def test_an_edit_inside_changes_every_instance_and_undo_leads_back_to_it(root: Document):
    scope = Scope(root)
    before = root.design.copy()
    scope.enter("residual_1")
    told = Told(scope)
    wider = scope.design.nodes["dense_2"].with_(layer=layers["Dense"](units=7))
    scope.push("Set units", [e.ReplaceNode(wider)])
    assert told.take() == ["node_replaced dense_2", "checked"]
    assert [p.node for p in scope.problems] == ["add_1"]
    assert {p.node for p in root.problems} == {"residual_1"}  # what follows it is not known
    scope.go(())
    root.undo_stack.undo()
    assert (scope.path, root.design) == (("residual_1",), before)
    root.undo_stack.redo()
    assert scope.design.nodes["dense_2"].layer.to_data()["units"] == 7


def test_a_port_that_is_renamed_keeps_its_wires_and_one_that_goes_takes_them_along(root: Document):
    scope = Scope(root)
    before = root.design.copy()
    scope.enter("residual_1")
    gate = scope.design.node_named("input")
    scope.push("Rename", [e.ReplaceNode(gate.with_(name="x"))])
    assert [x.target_port for x in root.design.edges if x.target.startswith("residual")] == ["x", "x"]
    assert root.problems == ()
    scope.push("Remove", scope.design.removal([gate.id]))
    assert not [x for x in root.design.edges if x.target.startswith("residual")]
    root.undo_stack.undo()
    root.undo_stack.undo()
    assert root.design == before


def test_one_is_led_out_where_the_block_that_one_is_in_goes(root: Document):
    scope = Scope(root)
    scope.enter("residual_1")
    root.push("Remove", root.design.removal(["residual_1"]))
    assert scope.path == ()


def test_whoever_is_led_out_is_told_the_shapes_of_what_is_there(root: Document):
    scope = Scope(root)
    selection = Selection(scope)
    unknown: list[str] = []
    scope.checked.connect(lambda: unknown.extend(set(scope.inference.order) - set(scope.design.nodes)))
    selection.set([scope.design.incoming("output_1")[0].source])
    EditCommands(scope, selection).group()
    (block,) = selection.nodes
    assert scope.enter(block)
    root.undo_stack.undo()
    assert scope.path == ()
    assert not unknown


def test_training_sees_every_layer_under_its_flat_id(root: Document):
    flat, told = FlatDocument(root), None
    assert "residual_2/dense_1" in flat.design.nodes
    assert flat.inference.parameter_count("residual_2/dense_1") == 20
    told = Told(flat)
    edit = e.ReplaceNode(
        next(n for n in root.design.blocks["residual"].nodes if n.name == "a").with_(name="first")
    )
    root.push("Rename", [e.EditBlock("residual", edit)])
    assert told.take() == ["node_replaced residual_1/dense_1", "node_replaced residual_2/dense_1", "checked"]


def test_a_selected_block_stands_for_its_layers_and_a_layer_inside_leads_there(root: Document):
    scope, flat = Scope(root), FlatDocument(root)
    selection = Selection(scope)
    seen = FlatSelection(flat, scope, selection)
    selection.set(["dense_3"])
    assert seen.nodes == ("dense_3",)
    selection.set(["residual_1"])
    assert set(seen.nodes) == {"residual_1/dense_1", "residual_1/dense_2", "residual_1/add_1"}
    assert seen.current == "residual_1/dense_1"
    seen.set(["residual_2/dense_2"])
    assert (scope.path, selection.nodes, seen.nodes) == (
        ("residual_2",),
        ("dense_2",),
        ("residual_2/dense_2",),
    )


def test_the_gradient_of_a_drawn_wire_is_the_greatest_of_those_that_go_through_it(root: Document):
    flat = FlatDocument(root).flat
    values = {edge: float(place + 1) for place, edge in enumerate(flat.design.edges)}
    outside = gradients_in(flat, (), values)
    assert set(outside) == set(root.design.edges)
    entering = root.design.incoming("residual_1")[0]
    ends = [v for x, v in values.items() if x.source == "input_1"]
    assert len(ends) == 2
    assert outside[entering] == max(ends)
    inside = gradients_in(flat, ("residual_1",), values)
    assert set(inside) == set(root.design.inside("residual").edges)


@pytest.mark.parametrize("kind", ["vanishing", "dead", "saturated", "overfitting"])
def test_cures_found_for_the_layers_in_blocks_change_the_block(root: Document, kind: str):
    from engine.training.cures import cures_of
    from engine.training.finding import Finding

    flat = FlatDocument(root)
    finding = Finding(
        node="residual_1/dense_1", kind=kind, severity="warning", message="", figures={}, step=1
    )
    cures = cures_of(flat.design, finding)
    assert cures
    before = root.design.copy()
    for cure in cures:
        flat.push(cure.label, cure.edits)
        assert root.design != before, cure.label
        assert [p for p in problems_of(root.design) if p.severity == "error"] == [], cure.label
        root.undo_stack.undo()
        assert root.design == before


def test_twenty_sessions_of_forty_commands_inside_and_outside_are_undone_and_redone(root: Document):
    for seed in range(20):
        _session(np.random.default_rng(seed))


def _session(random: np.random.Generator) -> None:
    document = Document()
    document.set_design(network())
    scope = Scope(document)
    selection = Selection(scope)
    edit = EditCommands(scope, selection)
    states = [document.design.copy()]
    for _ in range(40):
        count = document.undo_stack.count()
        _step(random, scope, selection, edit)
        assert _mirrors(scope, document)
        if document.undo_stack.count() > count:
            states.append(document.design.copy())
        states[-1] = document.design.copy()  # steps that follow each other may have become one
    for state in reversed(states[:-1]):
        document.undo_stack.undo()
        assert document.design == state
        assert _mirrors(scope, document)
    for state in states[1:]:
        document.undo_stack.redo()
        assert document.design == state


def _mirrors(scope: Scope, document: Document) -> bool:
    design = document.design
    for node_id in scope.path:
        design = design.inside(design.nodes[node_id].layer.block)
    return (
        list(design.nodes.values()) == list(scope.design.nodes.values())
        and design.edges == scope.design.edges
    )


def _step(random: np.random.Generator, scope: Scope, selection: Selection, edit: EditCommands) -> None:
    nodes = list(scope.design.nodes)
    some = (
        [str(n) for n in random.choice(nodes, min(len(nodes), int(random.integers(1, 4))), replace=False)]
        if nodes
        else []
    )
    selection.set(some)
    match int(random.integers(11)):
        case 0 | 1:
            edit.group()
        case 2:
            edit.ungroup()
        case 3 | 4:
            for node_id in nodes:
                if random.random() < 0.5 and scope.enter(node_id):
                    break
        case 5:
            scope.leave()
        case 6:
            edit.delete()
        case 7:
            edit.duplicate()
        case 8:
            edit.nudge(8, 0)
        case 9 if some:
            edit.rename(some[0], f"name {random.integers(100)}")
        case 10:
            edit.make_own()
