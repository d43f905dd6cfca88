"""Findings name what is wrong, where, and what cures it; what is well is left alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data import DataSettings
from engine.design.templates import load as load_template
from engine.training import fit
from engine.training.cures import cures_of, with_cures
from engine.training.diagnosis import ENOUGH, Diagnosis, known_median
from engine.training.finding import Finding
from engine.training.observe import Observer
from tests.engine.training.networks import classifier, points

SIGMOIDS = [("Dense", {"units": 8, "activation": "sigmoid"})] * 8
RELUS = [("Dense", {"units": 16, "activation": "relu", "kernel_initializer": "he_normal"})] * 8
WIDE_RELUS = [("Dense", {"units": 48, "activation": "relu", "kernel_initializer": "he_normal"})] * 4


def examined(design: engine.Design, *, spoil: str = "", scale: float = 0.0) -> dict[str, Finding]:
    """Train a design with every step looked into, and return the findings by kind."""
    network = engine.compile(design)
    for name, array in network.weights.items():
        if spoil and name.startswith(spoil) and name.endswith("kernel"):
            array[...] *= scale
    observer = Observer(network, every=1, samples=90)
    diagnosis = Diagnosis(design, observer.layout)
    found: dict[str, Finding] = {}
    x, y = points().x, points().y
    for snapshot in fit(network, (x, y, x[:20], y[:20]), observer=observer):
        while observer.rows:
            diagnosis.add_row(observer.rows.popleft())
        diagnosis.add_loss(snapshot.step, snapshot.loss)
        if snapshot.epoch_ended:
            diagnosis.add_epoch(snapshot.epoch, snapshot.metrics["loss"], snapshot.validation)
            found |= {finding.kind: finding for finding in diagnosis.findings(snapshot.step)}
    return found


def labels(design: engine.Design, finding: Finding) -> list[str]:
    return [cure.label for cure in cures_of(design, finding)]


@pytest.mark.parametrize(
    "hidden", [WIDE_RELUS, [("Dense", {"units": 8, "activation": "tanh"})], SIGMOIDS[:2]]
)
def test_healthy_runs_are_left_alone(hidden: Iterable[Any]) -> None:
    design = classifier(hidden=tuple(hidden), epochs=12, optimizer={"name": "adam", "learning_rate": 0.003})
    assert examined(design) == {}


def test_vanishing() -> None:
    design = classifier(hidden=SIGMOIDS, epochs=3)
    finding = examined(design)["vanishing"]
    assert finding.node == "dense_1"
    assert "times smaller than dense_9" in finding.message
    assert finding.figures["share"] < 1e-3
    assert labels(design, finding)[:2] == [
        "ReLU with He initialization in 8 layers",
        "Insert BatchNormalization before 7 layers",
    ]


def test_a_run_too_short_for_six_looks_is_judged_by_those_there_are() -> None:
    assert "vanishing" in glimpsed(classifier(hidden=SIGMOIDS, epochs=1))
    assert "vanishing" in glimpsed(load_template("vanishing"))


@pytest.mark.parametrize(
    "name", ["xor", "two-spirals", "curve", "digits-cnn", "digits-mlp", "iris", "residual", "worked-step"]
)
def test_a_healthy_template_that_ends_at_once_is_left_alone(name: str) -> None:
    assert glimpsed(load_template(name)) == set()


def glimpsed(design: engine.Design) -> set[str]:
    """Take two steps, look at both, and return the kinds of what is found at the end."""
    data = points() if design.data is None else engine.load_data(design.data)
    network = engine.compile(design)
    observer = Observer(network, every=1, samples=32)
    diagnosis = Diagnosis(design, observer.layout)
    for snapshot in fit(network, data, design.training, observer=observer):
        diagnosis.add_loss(snapshot.step, snapshot.loss)
        if snapshot.step == 2:
            break
    for row in observer.rows:
        diagnosis.add_row(row)
    assert diagnosis.findings(2) == ()
    return {finding.kind for finding in diagnosis.findings(2, ended=True)}


def test_the_cure_for_vanishing_cures_it() -> None:
    design = classifier(hidden=SIGMOIDS, epochs=3)
    finding = examined(design)["vanishing"]
    for cure in cures_of(design, finding)[:2]:
        cured = design.copy()
        for edit in cure.edits:
            cured.apply(edit)
        assert "vanishing" not in examined(cured), cure.label


@pytest.mark.parametrize("name", ["vanishing", "exploding"])
def test_every_cure_offered_on_a_template_that_fails_cures_it(name: str) -> None:
    design = load_template(name)
    found, loss = carried_out(design)
    assert {finding.kind for finding in found} == (
        {"vanishing"} if name == "vanishing" else {"exploding", "not_finite"}
    )
    assert len(cures_of(design, found[0])) >= 2
    for finding in found:
        for cure in cures_of(design, finding):
            cured = design.copy()
            for edit in cure.edits:
                cured.apply(edit)
            left, better = carried_out(cured)
            assert not {f.kind for f in left} & {"vanishing", "exploding", "not_finite"}, cure.label
            assert better < 0.9 * loss, cure.label


def carried_out(design: engine.Design) -> tuple[list[Finding], float]:
    """Train a template over half of its epochs; return the findings at its end and its last loss."""
    assert design.data is not None
    network, data = engine.compile(design), engine.load_data(design.data)
    observer = Observer(network, every=5, samples=len(data.train))
    diagnosis, found, loss = Diagnosis(design, observer.layout), [], np.inf
    try:
        epochs = design.training.epochs // 2
        for snapshot in fit(network, data, design.training.replace(epochs=epochs), observer=observer):
            loss = snapshot.loss
    except TrainingError as error:
        found = [Finding(node=error.node, kind="not_finite", severity="error", message=str(error))]
        loss = np.inf
    for row in observer.rows:
        diagnosis.add_row(row)
    return [*found, *diagnosis.findings(network.design.training.epochs, ended=True)], loss


def test_a_learning_rate_far_above_the_usual_is_the_cause() -> None:
    design = classifier(hidden=RELUS[:2], epochs=2, optimizer={"name": "sgd", "learning_rate": 1e20})
    finding = Finding(node="dense_2", kind="not_finite", severity="error", message="")
    assert labels(design, finding)[0] == "Learning rate 1e+20 → 0.01"


def test_exploding() -> None:
    design = classifier(hidden=RELUS[:4], epochs=2, optimizer={"name": "sgd", "learning_rate": 0.0})
    finding = examined(design, spoil="dense", scale=30.0)["exploding"]
    assert "throw the weights far off" in finding.message
    assert labels(design, finding)[0] == "Clip the gradient's norm at 1"
    rough = design.copy()
    for name in ("dense_1", "dense_2"):
        node = rough.nodes[name]
        rough.nodes[name] = node.with_(layer=node.layer.replace(kernel_initializer="random_normal"))
    assert labels(rough, finding)[0] == "He initialization in 2 layers"


def test_dead_units_and_no_talk_of_vanishing_where_the_gradient_is_cut_off() -> None:
    design = classifier(hidden=RELUS[:2], epochs=2)
    network = engine.compile(design)
    network.weights["dense_2/bias"][...] = -1e3
    observer = Observer(network, every=1, samples=90)
    diagnosis = Diagnosis(design, observer.layout)
    for _ in fit(network, points(), observer=observer):
        while observer.rows:
            diagnosis.add_row(observer.rows.popleft())
    kinds = {finding.kind: finding for finding in diagnosis.findings(12)}
    assert (kinds["dead"].node, kinds["dead"].severity) == ("dense_2", "error")
    assert "100% of the units of dense_2 are dead" in kinds["dead"].message
    assert "vanishing" not in kinds
    assert labels(design, kinds["dead"])[:2] == ["Leaky ReLU in dense_2", "Learning rate 0.001 → 0.00033"]


def test_saturated_hidden_layers_but_not_a_classifier_that_is_sure() -> None:
    hidden = (("Dense", {"units": 8, "activation": "tanh"}),)
    design = classifier(hidden=hidden, epochs=2, optimizer={"name": "sgd", "learning_rate": 0.0})
    finding = examined(design, spoil="dense_1", scale=50.0)["saturated"]
    assert finding.node == "dense_1"
    assert "flat ends" in finding.message
    assert "saturated" not in examined(design, spoil="dense_2", scale=50.0)


def test_losses() -> None:
    design = classifier()
    layout = Observer(engine.compile(design)).layout
    flat, rising = Diagnosis(design, layout), Diagnosis(design, layout)
    for step in range(1, 1001):
        flat.add_loss(step, 2.3)
        rising.add_loss(step, 2.0 - step / 400 if step < 500 else 0.75 + (step - 500) / 100)
    for diagnosis in (flat, rising):
        diagnosis.add_epoch(1, 1.0, None)
    (finding,) = flat.findings(1000)
    assert finding.kind == "loss_not_decreasing"
    assert "only come from 2.3 to 2.3" in finding.message
    (finding,) = rising.findings(1000)
    assert finding.kind == "learning_rate_too_high"
    assert labels(design, finding)[0] == "Learning rate 0.001 → 0.00033"


def test_overfitting() -> None:
    design = classifier(hidden=RELUS[:2])
    diagnosis = Diagnosis(design, Observer(engine.compile(design)).layout)
    curve = [(1.0, 1.0), (0.7, 0.8), (0.5, 0.78), (0.4, 0.80), (0.3, 0.82), (0.2, 0.9)]
    for epoch, (train, validation) in enumerate(curve, 1):
        diagnosis.add_epoch(epoch, train, {"loss": validation})
        found = diagnosis.findings(10 * epoch)
        assert bool(found) == (epoch == 6)
    assert found[0].kind == "overfitting"
    assert "least in epoch 3 (0.78) and is 15% higher now" in found[0].message
    assert labels(design, found[0]) == [
        "Stop early, keep the best epoch",
        "Insert Dropout before dense_3",
        "L2 penalty on dense_2",
    ]


def test_news_are_told_once() -> None:
    design = classifier()
    diagnosis = Diagnosis(design, Observer(engine.compile(design)).layout)
    assert diagnosis.news(1) is None
    for step in range(1, 600):
        diagnosis.add_loss(step, 1.0)
    diagnosis.add_epoch(1, 1.0, None)
    assert [finding.kind for finding in diagnosis.news(600) or ()] == ["loss_not_decreasing"]
    assert diagnosis.news(610) is None


KINDS = [
    "vanishing", "exploding", "dead", "saturated", "not_finite", "loss_not_decreasing", "overfitting",
    "learning_rate_too_high",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("node", ["dense_1", "dense_2", "", "gone"])
def test_every_cure_changes_the_design_compiles_and_can_be_undone(kind: Any, node: str) -> None:
    hidden = (("Dense", {"units": 4, "activation": "sigmoid"}), ("Dense", {"units": 4, "activation": "relu"}))
    design = classifier(hidden=hidden, optimizer="sgd")
    design.data = DataSettings(source="moons")
    finding = Finding(node=node, kind=kind, severity="warning", message="")
    (cured,) = with_cures(design, [finding])
    assert cured.cures
    for cure in cured.cures:
        twin = design.copy()
        inverses = [twin.apply(edit) for edit in cure.edits]
        assert twin != design, cure.label
        engine.compile(twin)
        for inverse in reversed(inverses):
            twin.apply(inverse)
        assert twin == design, cure.label


def test_cures_for_a_half_drawn_design() -> None:
    empty = engine.Design()
    for kind in KINDS:
        finding = Finding(node="dense_1", kind=kind, severity="warning", message="")  # type: ignore[arg-type]
        assert all(cure.edits for cure in cures_of(empty, finding))


def test_a_finding_travels() -> None:
    finding = Finding(node="a", kind="dead", severity="warning", message="m", figures={"dead": 0.5}, step=3)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(finding), type=Finding) == finding


def test_the_median_of_what_is_known() -> None:
    rows = np.full((2 * ENOUGH, 3), np.nan)
    rows[:, 0] = np.arange(2 * ENOUGH)
    rows[:ENOUGH, 1] = 7.0
    rows[0, 2] = 1.0
    median = known_median(rows)
    assert median[0] == ENOUGH - 1
    assert median[1] == 7.0
    assert np.isnan(median[2])
