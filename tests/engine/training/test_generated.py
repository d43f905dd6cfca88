"""What a generator makes: drawn, measured, shown, and what its figures tell."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data import DataSettings, load
from engine.design import edits as e
from engine.design import templates
from engine.training import fit
from engine.training.diagnosis import Diagnosis, with_cures
from engine.training.finding import Finding
from engine.training.observe import Observer
from engine.training.predictions import Predictor
from engine.training.sample_figures import SampleFigures
from engine.training.sampling import draw_samples
from tests.engine.adversarial import adversarial, ring

LOSSES = ("binary_crossentropy", "mean_squared_error", "wasserstein")


def test_the_same_noise_gives_the_same_samples_and_a_seed_others() -> None:
    network = engine.compile(adversarial())
    first = draw_samples(network, 6)
    assert first.shape == (6, 2)
    assert np.array_equal(first, draw_samples(network, 6))
    assert np.array_equal(draw_samples(network, 6, seed=1), draw_samples(network, 6, seed=1))
    assert not np.array_equal(first, draw_samples(network, 6, seed=1))
    assert np.array_equal(first, draw_samples(network, 6))


def test_a_network_without_a_generator_says_so() -> None:
    design = engine.Design()
    x = design.add("Input")
    design.add("Output", design.add("Dense", x, units=1), loss="mean_squared_error")
    with pytest.raises(TrainingError, match="no generator"):
        draw_samples(engine.compile(design), 2)


def test_real_samples_get_full_marks_and_one_point_gets_few() -> None:
    x, labels = ring(2_000)
    network = engine.compile(adversarial())

    class Fixed:
        def __init__(self, samples: np.ndarray) -> None:
            self.samples = samples

        def __call__(self, seed: int | None = None) -> np.ndarray:
            return self.samples

    fresh = np.roll(ring(1_000)[0][:500], 1, axis=0) + 0.001
    good = SampleFigures(Fixed(fresh), x, labels).compute()  # type: ignore[arg-type]
    assert good["sample_modes"] == 8
    assert good["sample_quality"] > 0.95
    assert good["sample_precision"] > 0.9
    assert good["sample_coverage"] > 0.9
    one = SampleFigures(Fixed(np.repeat(x[:1], 500, axis=0)), x, labels).compute()  # type: ignore[arg-type]
    assert one["sample_modes"] == 1
    assert one["sample_coverage"] < 0.1
    assert network.design.phases


def told_of(metrics: dict[str, float], epochs: int = 10) -> list[Finding]:
    design = adversarial()
    diagnosis = Diagnosis(design, Observer(engine.compile(design)).layout)
    for _ in range(epochs):
        diagnosis.signs.add_epoch(metrics)
    return list(diagnosis.findings(1))


def test_samples_of_few_kinds_and_a_certain_discriminator_are_found() -> None:
    even = {"on_real_accuracy": 0.7, "on_made_accuracy": 0.8}
    assert told_of({**even, "sample_precision": 0.95, "sample_coverage": 0.7}) == []
    assert told_of({**even, "sample_precision": 0.1, "sample_coverage": 0.0}) == [], "too early to tell"
    (collapse,) = told_of({**even, "sample_precision": 0.9, "sample_coverage": 0.1})
    assert (collapse.kind, collapse.node) == ("mode_collapse", "dense_2")
    assert "90%" in collapse.message
    (certain,) = told_of({"on_real_accuracy": 0.99, "on_made_accuracy": 1.0})
    assert certain.kind == "discriminator_certain"
    assert told_of({"on_real_accuracy": 0.99, "on_made_accuracy": 1.0}, 4) == []
    design = adversarial()
    for finding, place in ((collapse, 0), (certain, 1)):
        (cured,) = with_cures(design, [finding])
        twin = design.copy()
        inverses = [twin.apply(edit) for edit in cured.cures[0].edits]
        assert [phase.steps for phase in twin.phases] == [1 + (place == 0), 1 + (place == 1)]
        engine.compile(twin)
        for inverse in inverses:
            twin.apply(inverse)
        assert twin == design


RING = DataSettings(
    source="blobs", options={"classes": 8, "samples": 200, "noise": 0.05},
    validation_fraction=0.0, test_fraction=0.0,
)  # fmt: skip


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_points_are_shown_among_the_real_ones_with_the_verdict_below(scaling: str) -> None:
    data = load(RING.replace(scaling=scaling))
    network = engine.compile(adversarial())
    before = network.parameter_vector.copy(), network.store.statistics.copy()
    predictor = Predictor(network, data)
    assert (predictor.about["kind"], predictor.about["view"]) == ("samples", "points")
    first = predictor.compute()
    assert {name: (str(a.dtype), a.shape) for name, a in first.items()} == predictor.fields
    assert np.abs(np.hypot(*first["real"].T) - 1).max() < 0.3, "in the units of the data"
    again = predictor.compute()
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert np.array_equal(before[0], network.parameter_vector)
    left, right, low, high = predictor.about["bounds"]
    place = np.array([[left + (right - left) * 0.5 / 44, low + (high - low) * 0.5 / 44]])
    verdict = network.predict({"real": data.preprocessing.transform(place)})["on_real"]
    assert first["grid"][0, 0] == pytest.approx(float(verdict[0, 0]), abs=1e-5)


def test_images_are_shown_above_the_nearest_real_ones() -> None:
    design = templates.load("gan-digits")
    assert design.data is not None
    data = load(design.data)
    network = engine.compile(design)
    predictor = Predictor(network, data)
    found = predictor.compute()
    assert predictor.about["view"] == "images"
    assert {name: (str(a.dtype), a.shape) for name, a in found.items()} == predictor.fields
    assert found["made"].shape == (24, 8, 8, 1)
    assert (found["distances"] > 0).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_small_network_learns_the_ring(loss: str) -> None:
    design = adversarial(loss, units=32, batch_size=128, clip_weights=0.1 if loss == "wasserstein" else 0.0)
    rate = 0.002 if loss == "wasserstein" else 0.003
    adam = {"name": "adam", "learning_rate": rate, "beta_1": 0.5}
    design.training = design.training.replace(epochs=120, optimizer=adam, validate_every=120)
    network = engine.compile(design)
    x, labels = ring(1_024)
    snapshots = list(fit(network, (x, labels)))
    made = draw_samples(network, 500)
    assert abs(float(np.hypot(*made.T).mean()) - 1) < 0.35
    assert snapshots[-1].metrics["sample_precision"] > 0.05


def test_a_generator_may_depend_on_a_condition() -> None:
    design = adversarial()
    wish = design.add("Input", shape=(1,), name="wish")
    joined = design.add("Concatenate", [design.node_named("z"), wish])
    for edge in [x for x in design.edges if x.target == design.node_named("g1").id]:
        design.apply(e.RemoveEdge(edge))
    design.connect(joined, design.node_named("g1"))
    network = engine.compile(design)
    x, labels = ring(64)
    data = {"real": x, "wish": (labels % 2).astype(float)[:, None]}
    snapshots = list(fit(network, (data, labels)))
    assert {s.phase for s in snapshots} == {"discriminator", "generator"}
    assert snapshots[0].steps_per_epoch == 8, "both phases read the data, so each step takes the next batch"
    assert "sample_modes" in snapshots[-1].metrics
    with pytest.raises(TrainingError, match="depends on an Input"):
        draw_samples(network, 4)


@pytest.mark.parametrize(
    ("name", "epochs", "least"),
    [
        ("gan-ring", 300, {"sample_modes": 7, "sample_quality": 0.6}),
        ("gan-digits", 60, {"sample_precision": 0.35, "sample_coverage": 0.15}),
    ],
)
def test_the_templates_are_well_under_way_after_a_part_of_their_epochs(
    name: str, epochs: int, least: dict[str, float]
) -> None:
    design = templates.load(name)
    assert design.data is not None
    network = engine.compile(design)
    for snapshot in fit(network, load(design.data), design.training.replace(epochs=epochs)):
        figures = snapshot.metrics
    for figure, value in least.items():
        assert figures[figure] >= value, figure
