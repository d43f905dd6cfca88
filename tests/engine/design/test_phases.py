"""Phases in the document: edits, files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine
from engine.core.errors import DesignError, FileFormatError
from engine.core.problems import Problem
from engine.design import Design
from engine.design import edits as e
from engine.design.blocks import Block, BlockInput, BlockOutput
from engine.design.document_json import read_document, write_document
from engine.design.elements import Edge, Node
from engine.design.inference import infer
from engine.design.phases import (
    Objective,
    Phase,
    adversarial_phases,
    changed,
    generated_at,
    phases_of,
    trained_nodes,
)
from engine.layers.base import layers
from tests.engine.adversarial import adversarial

GOLDEN = Path(__file__).parents[2] / "golden" / "version_1_phases.json"


def messages(design: Design) -> list[str]:
    return [p.message for p in design.check() if p.code == "phase"]


def the_problem(design: Design, words: str) -> Problem:
    (found,) = [p for p in design.check() if p.code == "phase" and words in p.message]
    return found


def mended(design: Design, words: str, number: int = 0) -> Design:
    """Carry out a repair of the problem, and check that taking it back gives the design as it was."""
    repair = the_problem(design, words).repairs[number]
    before = design.copy()
    inverses = [design.apply(edit) for edit in repair.edits]
    after = design.copy()
    for inverse in reversed(inverses):
        design.apply(inverse)
    assert design == before
    return after


def test_phases_come_back_from_a_file_and_leave_no_trace_where_there_are_none() -> None:
    design = adversarial(clip_weights=0.01, steps=5)
    text = write_document(design)
    assert read_document(text) == design
    assert write_document(read_document(text)) == text
    assert '"phases"' not in write_document(engine.Design())


def test_the_golden_file_reads_as_it_was_meant() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    design = read_document(text)
    first, second = design.phases
    assert (first.name, first.steps, first.clip_weights) == ("discriminator", 2, 0.25)
    assert [objective.target for objective in first.objectives] == [1.0, 0.0]
    assert second.objectives == (Objective(output=first.objectives[1].output, target=1.0),)
    assert {design.nodes[node_id].name for node_id in second.trains} == {"g1", "g2"}
    assert design.check() == []
    engine.compile(design)


def test_a_file_with_a_broken_phase_is_refused_with_its_place() -> None:
    text = write_document(adversarial())
    with pytest.raises(FileFormatError, match=r"phases\[0\].*steps"):
        read_document(text.replace('"steps": 1', '"steps": 0', 1))
    with pytest.raises(FileFormatError, match=r"phases\[0\].*target"):
        read_document(text.replace('"target": 1.0', '"target": "maybe"', 1))
    with pytest.raises(FileFormatError, match="no optimizer"):
        read_document(text.replace('"optimizer": null', '"optimizer": "magic"', 1))


def test_the_adversarial_network_has_nothing_wrong() -> None:
    assert adversarial().check() == []


def test_nodes_that_go_take_their_places_in_the_phases_with_them_in_one_step() -> None:
    design = adversarial()
    before = design.copy()
    gone = [design.node_named(name).id for name in ("g2", "on_made")]
    inverses = [design.apply(edit) for edit in design.removal(gone)]
    assert [phase.trains for phase in design.phases] == [("dense_3", "dense_4"), ("dense_1",)]
    assert [len(phase.objectives) for phase in design.phases] == [1, 0]
    for inverse in reversed(inverses):
        design.apply(inverse)
    assert design == before


def test_a_phase_that_is_left_with_nothing_goes() -> None:
    design = adversarial()
    for edit in design.removal([design.node_named(name).id for name in ("g1", "g2", "on_made")]):
        design.apply(edit)
    assert [phase.name for phase in design.phases] == ["discriminator"]


def test_sharing_counts_as_training_the_owner() -> None:
    design = adversarial()
    f1 = design.node_named("f1").id
    assert trained_nodes(design, Phase(name="p", trains=(f1,))) == {design.node_named("d1").id}
    assert phases_of(design, f1) == [0]
    assert phases_of(design, design.node_named("on_made").id) == [0, 1]
    assert phases_of(design, design.node_named("g1").id) == [1]


def test_what_a_generator_makes_is_found() -> None:
    design = adversarial()
    found = generated_at(design, infer(design))
    assert found == (design.node_named("g2").id, design.node_named("real").id)
    assert generated_at(engine.Design(), infer(engine.Design())) is None


@pytest.mark.parametrize(
    ("change", "words", "severity"),
    [
        ({"trains": ("nobody",)}, "trains 'nobody'", "error"),
        ({"objectives": ()}, "has no objective", "error"),
        ({"objectives": (Objective(output="nobody"),)}, "'nobody' is not in the design", "error"),
        ({"objectives": (Objective(output="dense_1"),)}, "g1 is no Output", "error"),
        ({"trains": ()}, "trains nothing", "error"),
        ({"trains": ("noise_1",)}, "trains nothing", "error"),
        ({"name": "discriminator"}, "Two phases are called", "error"),
        ({"optimizer": "magic"}, "no optimizer called", "error"),
    ],
)
def test_each_mistake_has_its_problem(change: dict[str, object], words: str, severity: str) -> None:
    design = adversarial()
    design.phases = (design.phases[0], changed(design.phases[1], **change))
    problem = the_problem(design, words)
    assert problem.severity == severity
    with pytest.raises(DesignError):
        engine.compile(design)
    for number in range(len(problem.repairs)):
        assert words not in " ".join(messages(mended(design, words, number)))


def test_two_objectives_at_one_output() -> None:
    design = adversarial()
    phase = design.phases[0]
    design.phases = (changed(phase, objectives=phase.objectives + phase.objectives[:1]), design.phases[1])
    assert mended(design, "two objectives").phases == adversarial().phases


def test_a_number_is_no_class() -> None:
    design = adversarial()
    phase = design.phases[1]
    objective = Objective(output=phase.objectives[0].output, loss="categorical_crossentropy", target=1.0)
    design.phases = (design.phases[0], changed(phase, objectives=(objective,)))
    better = mended(design, "wants a class")
    assert better.phases[1].objectives[0].loss == "binary_crossentropy"


def test_layers_and_outputs_that_no_phase_knows() -> None:
    design = adversarial()
    first, second = design.phases
    design.phases = (changed(first, objectives=first.objectives[1:], trains=first.trains[:1]), second)
    left = the_problem(design, "on_real is the objective of no phase")
    assert left.severity == "warning"
    assert left.node == design.node_named("on_real").id
    fixed = mended(design, "d2 is trained in no phase")
    assert fixed.phases[0].trains == first.trains
    frozen = mended(design, "d2 is trained in no phase", 2)
    assert frozen.node_named("d2").frozen
    engine.compile(design)


def test_a_layer_that_the_objectives_do_not_depend_on() -> None:
    design = adversarial()
    first, second = design.phases
    design.phases = (
        changed(first, objectives=first.objectives[:1], trains=(*first.trains, "dense_1")),
        second,
    )
    assert messages(mended(design, "no objective of it depends on g1")) == []
    network = engine.compile(design)
    assert network.segments_of(0) == network.segments_of(0)
    owners = network.program(True, 0).moving
    assert "dense_1" not in owners


def test_one_edit_sets_them_and_one_takes_them_back() -> None:
    design = adversarial()
    before = design.copy()
    inverse = design.apply(e.SetSection("phases", ()))
    assert design.phases == ()
    design.apply(inverse)
    assert design == before


def test_a_block_stands_for_all_that_is_in_it() -> None:
    design = engine.Design()
    dense = layers["Dense"]
    block = Block(
        id="judge",
        name="judge",
        nodes=(
            Node(id="in", name="in", layer=BlockInput()),
            Node(id="dense_1", name="hidden", layer=dense(units=4, activation="relu")),
            Node(id="dense_2", name="verdict", layer=dense(units=1, activation="sigmoid")),
            Node(id="out", name="out", layer=BlockOutput()),
        ),
        edges=(
            Edge(source="in", target="dense_1"),
            Edge(source="dense_1", target="dense_2"),
            Edge(source="dense_2", target="out"),
        ),
    )
    design.apply(e.AddBlock(block))
    real, z = design.add("Input", shape=(2,)), design.add("Noise", shape=(3,))
    made = design.add("Dense", z, units=2, name="made")
    judge, twin = design.add("judge", real, name="judge"), design.add("judge", made, name="again")
    design.apply(e.ReplaceNode(design.nodes[twin.id].with_(shares=judge.id)))
    for source in (judge, twin):
        design.add("Output", source, loss="binary_crossentropy")
    design.phases = adversarial_phases(design, infer(design))
    assert [phase.trains for phase in design.phases] == [(judge.id,), (made.id,)]
    assert design.check() == []
    network = engine.compile(design)
    assert network.program(True, 0).moving == {f"{judge.id}/dense_1", f"{judge.id}/dense_2"}
    assert network.program(True, 1).moving == {made.id}
