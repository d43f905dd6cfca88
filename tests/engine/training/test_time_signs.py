"""A plain recurrent layer whose gradient fades is named, with a cure; layers with gates are left alone."""

from __future__ import annotations

import pytest

import engine
from engine.data import load as load_data
from engine.design import edits as e
from engine.design import templates
from engine.training.cures import cures_of
from engine.training.diagnosis import Diagnosis
from engine.training.finding import Finding
from engine.training.observe import Observer


def found_in(name: str, steps: int = 60) -> tuple[engine.Design, list[Finding]]:
    design = templates.load(name)
    assert design.data is not None
    network = engine.compile(design)
    observer = Observer(network, every=5)
    for snapshot in engine.fit(network, load_data(design.data), design.training, observer=observer):
        if snapshot.step >= steps:
            break
    diagnosis = Diagnosis(design, observer.layout)
    for row in observer.rows:
        diagnosis.add_row(row)
    return design, [f for f in diagnosis.findings(steps) if f.kind == "vanishing_through_time"]


def test_the_fading_layer_is_named_and_its_cure_is_the_other_template() -> None:
    design, (finding,) = found_in("adding-rnn")
    assert finding.node == design.node_named("plain").id
    assert finding.severity == "hint"
    assert "at step 80" in finding.message
    assert "left at step 1:" in finding.message
    cures = cures_of(design, finding)
    assert [cure.label for cure in cures] == ["LSTM in place of plain", "GRU in place of plain"]
    for edit in cures[0].edits:
        design.apply(edit)
    assert not [problem for problem in design.check() if problem.severity == "error"]
    assert design.node_named("plain").layer == templates.load("adding-lstm").node_named("memory").layer
    assert cures_of(design, finding) == ()


@pytest.mark.parametrize("name", ["adding-lstm", "forecast"])
def test_gates_may_let_go(name: str) -> None:
    assert found_in(name)[1] == []


def test_a_frozen_layer_is_left_as_it_is() -> None:
    design, (finding,) = found_in("adding-rnn")
    node = design.node_named("plain")
    design.apply(e.ReplaceNode(node.with_(frozen=True)))
    assert cures_of(design, finding) == ()
