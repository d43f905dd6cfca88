"""What a network answers, for the eye: the picture that suits, its numbers, and that asking moves nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.data import DataSettings, load
from engine.design import templates
from engine.design.design import Design
from engine.training import evaluate
from engine.training.code_picture import find_code
from engine.training.prediction_kinds import CLASSES, MISTAKES, grid_of
from engine.training.prediction_samples import choose_samples
from engine.training.predictions import Predictor

SOFTMAX = ("softmax", "categorical_crossentropy")
SIGMOID = ("sigmoid", "binary_crossentropy")
LINEAR = ("linear", "mean_squared_error")


def network_on(
    settings: DataSettings, units: int, head: tuple[str, str], *, reshape: bool = False
) -> tuple[engine.Network, Any]:
    """A small network with normalization and dropout, one epoch trained, and its data."""
    data = load(settings)
    design = Design("asked")
    x = design.add("Input", shape=data.input_shape)
    if len(data.input_shape) > 1:
        x = design.add("Flatten", x)
    x = design.add("Dense", x, units=12, activation="tanh")
    x = design.add("BatchNormalization", x)
    x = design.add("Dropout", x, rate=0.2)
    x = design.add("Dense", x, units=units, activation=head[0])
    if reshape:
        x = design.add("Reshape", x, target_shape=data.input_shape)
    design.add("Output", x, loss=head[1])
    network = engine.compile(design)
    settings_of_run = design.training.replace(epochs=1)
    for _ in engine.fit(network, data, settings_of_run):
        pass
    return network, data


def state_of(network: engine.Network) -> tuple[bytes, dict[str, Any]]:
    return b"".join(w.tobytes() for w in network.weights.values()), network.random_states()


CASES = {
    "two classes, one unit": (DataSettings(source="moons"), 1, SIGMOID, "surface"),
    "two classes, two units": (DataSettings(source="moons", scaling="standardize"), 2, SOFTMAX, "surface"),
    "two classes as numbers": (DataSettings(source="xor"), 1, LINEAR, "surface"),
    "four classes": (DataSettings(source="blobs", options={"classes": 4}), 4, SOFTMAX, "surface"),
    "a value over the plane": (DataSettings(source="multi_gaussian"), 1, LINEAR, "surface"),
    "a curve": (DataSettings(source="sine", scale_target=True, scaling="standardize"), 1, LINEAR, "curve"),
    "a table": (DataSettings(source="iris", scaling="standardize"), 3, SOFTMAX, "confusion"),
    "images": (DataSettings(source="digits", test_fraction=0.1), 10, SOFTMAX, "confusion"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_picture_suits_and_asking_moves_nothing(name: str) -> None:
    settings, units, head, kind = CASES[name]
    network, data = network_on(settings, units, head)
    before = state_of(network)
    predictor = Predictor(network, data)
    first, second = predictor.compute(), predictor.compute()
    assert state_of(network) == before
    assert predictor.about["kind"] == kind
    assert predictor.about["task"] == ("regression" if data.task == "regression" else "classification")
    assert first.keys() == predictor.fields.keys()
    for field, (dtype, shape) in predictor.fields.items():
        assert first[field].dtype == dtype
        assert first[field].shape == shape
        assert np.array_equal(first[field], second[field])
        assert field == "true_share" or np.isfinite(first[field]).all()


def test_a_surface_is_what_the_network_predicts_there() -> None:
    network, data = network_on(DataSettings(source="moons", scaling="standardize"), 2, SOFTMAX)
    predictor = Predictor(network, data)
    value = predictor.compute()
    side = len(value["grid"])
    left, right, bottom, top = predictor.about["bounds"]
    raw = grid_of(np.array([left, bottom]), np.array([right, top]), side)
    asked = data.preprocessing.transform(raw)
    expected = network.predict(asked).reshape(side, side, 2)
    assert np.allclose(value["grid"], expected, atol=2e-5)
    assert np.allclose(value["grid"].sum(axis=-1), 1, atol=1e-5)
    assert right - left == pytest.approx(top - bottom)
    inside = (value["places"] > (left, bottom)) & (value["places"] < (right, top))
    assert inside.all()


@pytest.mark.parametrize("part", ["train", "validation"])
def test_the_answers_to_samples_are_those_that_evaluation_counts(part: str) -> None:
    network, data = network_on(DataSettings(source="moons"), 1, SIGMOID)
    value = Predictor(network, data).compute()
    here = value["part"] == ("train", "validation").index(part)
    right = float((value["truth"][here] == value["answers"][here]).mean())
    assert right == pytest.approx(evaluate(network, data.parts()[part])["accuracy"])
    assert (value["confidence"] >= 0.5).all()


def test_a_curve_is_in_the_units_of_the_data() -> None:
    settings = DataSettings(source="sine", scaling="standardize", scale_target=True)
    network, data = network_on(settings, 1, LINEAR)
    value = Predictor(network, data).compute()
    raw = load(DataSettings(source="sine"))
    assert np.sort(value["places"][:, 0]) == pytest.approx(
        np.sort(np.concatenate([part.x[:, 0] for part in raw.parts().values()])), abs=1e-5
    )
    asked = data.preprocessing.transform(value["line_x"][:, None])
    assert value["line"] == pytest.approx(data.preprocessing.inverse_target(network.predict(asked)), abs=1e-4)


def test_a_confusion_matrix_counts_each_sample_once_in_its_true_row() -> None:
    network, data = network_on(DataSettings(source="digits", test_fraction=0.1), 10, SOFTMAX)
    for part, split in data.parts().items():
        predictor = Predictor(network, data, part=part)
        matrix = predictor.compute()["matrix"]
        assert predictor.about["part"] == part
        assert matrix.sum(axis=1).tolist() == np.bincount(split.y, minlength=10).tolist()
        expected = float((network.predict(split.x).argmax(axis=-1) == split.y).mean())
        assert np.trace(matrix) / matrix.sum() == pytest.approx(expected)


def test_the_worst_mistakes_come_first_with_their_images() -> None:
    network, data = network_on(DataSettings(source="digits"), 10, SOFTMAX)
    value = Predictor(network, data).compute()
    assert data.validation is not None
    shown = min(int(value["mistakes"][0]), MISTAKES)
    assert shown > 1
    badness = (value["confidence"] - value["true_share"])[:shown]
    assert (np.diff(badness) <= 0).all()
    assert (value["true"][:shown] != value["answered"][:shown]).all()
    images = data.validation.x[..., 0] / data.train.x.max() * 255
    assert any(np.abs(image - value["images"][0, ..., 0]).max() < 1.5 for image in images)


def test_an_autoencoder_shows_what_it_gives_back() -> None:
    network, data = network_on(DataSettings(source="digits"), 64, LINEAR, reshape=True)
    predictor = Predictor(network, data)
    value = predictor.compute()
    assert predictor.about["kind"] == "reconstruction"
    assert value["images"].shape == value["answers"].shape
    assert data.validation is not None
    wrong = network.predict(data.validation.x) - data.validation.x
    assert value["mean_error"][0] == pytest.approx(float((wrong**2).mean()), rel=1e-4)


def test_an_autoencoder_shows_where_the_samples_lie_in_its_code() -> None:
    network, data = network_on(DataSettings(source="digits"), 64, LINEAR, reshape=True)
    predictor = Predictor(network, data)
    value = predictor.compute()
    assert data.validation is not None
    code = predictor.about["code"]
    assert code["size"] == 12
    assert code["name"] == "dense_1"
    assert code["classes"] == [str(digit) for digit in range(10)]
    assert value["labels"].tolist() == data.validation.y.tolist()
    weights = {
        name.partition("/")[2]: w for name, w in network.weights.items() if name.startswith("dense_1/")
    }
    expected = np.tanh(
        data.validation.x.reshape(len(value["codes"]), -1) @ weights["kernel"] + weights["bias"]
    )
    assert value["dimensions"].tolist() == [0, 1]
    np.testing.assert_allclose(value["codes"], expected[:, :2], atol=1e-5)


def test_a_code_is_what_everything_passes() -> None:
    design = Design("codes")
    x = design.add("Input", shape=(8,))
    h = design.add("Dense", x, units=5)
    code = design.add("Dense", h, units=3)
    same = design.add("Dense", code, units=3, name="code")
    out = design.add("Dense", same, units=8)
    output = design.add("Output", out, loss="mean_squared_error")
    design.connect(x, output, target_port="target")
    assert find_code(engine.compile(design), output.id) == same.id, "of two the one that is called code"
    around = Design("around")
    x = around.add("Input", shape=(8,))
    h = around.add("Dense", around.add("Dense", x, units=2), units=8)
    output = around.add("Output", around.add("Add", [x, h]), loss="mean_squared_error")
    assert find_code(engine.compile(around), output.id) == ""


def test_numbers_of_a_code_that_never_vary_are_passed_over() -> None:
    network, data = network_on(DataSettings(source="digits"), 64, LINEAR, reshape=True)
    network.weights["dense_1/kernel"][:, [0, 2]] = 0
    value = Predictor(network, data).compute()
    assert value["dimensions"].tolist() == [1, 3]
    network.weights["dense_1/kernel"][...] = 0
    assert Predictor(network, data).compute()["dimensions"].tolist() == [0, 1]


@pytest.mark.parametrize("name", [info.name for info in templates.names() if not info.data])
def test_every_template_has_a_picture(name: str) -> None:
    design = templates.load(name)
    assert design.data is not None
    predictor = Predictor(engine.compile(design), load(design.data), samples=64)
    found = predictor.compute()
    for field, (dtype, shape) in predictor.fields.items():
        assert found[field].dtype == dtype, field
        assert found[field].shape == shape, field


def test_an_image_that_two_inputs_share_is_shown_whole() -> None:
    design = templates.load("siamese")
    assert design.data is not None
    predictor = Predictor(engine.compile(design), load(design.data), samples=64)
    assert predictor.fields["images"][1][1:] == (16, 8, 1)
    assert predictor.compute()["images"].any()


def test_padding_counts_as_little_as_in_the_accuracy() -> None:
    design = templates.load("transformer")
    assert design.data is not None
    network, data = engine.compile(design), load(design.data)
    predictor = Predictor(network, data, samples=10_000)
    matrix = predictor.compute()["matrix"]
    validation = evaluate(network, data.validation)
    assert matrix.sum() < data.validation.y.size
    assert matrix.trace() / matrix.sum() == pytest.approx(validation["accuracy"], abs=1e-6)


def test_many_classes_share_the_last_row() -> None:
    rng = np.random.default_rng(0)
    names = tuple(f"c{number}" for number in range(90))
    data = load(DataSettings(source="iris"))
    y = np.concatenate((np.arange(90), rng.integers(0, 90, 300)))
    split = engine.data.Split(rng.normal(size=(390, 4)).astype(np.float32), y)
    data = type(data)(**{**data.__dict__, "train": split, "validation": None, "test": None, "classes": names})
    design = Design("many")
    x = design.add("Input", shape=(4,))
    design.add(
        "Output", design.add("Dense", x, units=90, activation="softmax"), loss="categorical_crossentropy"
    )
    predictor = Predictor(engine.compile(design), data)
    matrix = predictor.compute()["matrix"]
    assert matrix.shape == (CLASSES, CLASSES)
    assert matrix.sum() == 390
    assert predictor.about["rows"][-1] == "others"


def test_large_parts_are_thinned_fairly_and_always_alike() -> None:
    data = load(DataSettings(source="moons", options={"samples": 9000}, validation_fraction=0.2))
    parts = data.parts()
    subset = choose_samples(parts, 2_000)
    assert (subset.count("train"), subset.count("validation")) == (1_500, 500)
    assert np.array_equal(subset.split.x, choose_samples(parts, 2_000).split.x)
    assert choose_samples(parts, 20_000).count("train") == len(data.train)


def test_a_slow_network_is_asked_less() -> None:
    network, data = network_on(DataSettings(source="moons", options={"samples": 4000}), 1, SIGMOID)
    quick, slow = Predictor(network, data), Predictor(network, data, seconds=1e-6)
    assert len(slow.compute()["grid"]) < len(quick.compute()["grid"])
    assert len(slow.compute()["places"]) < len(quick.compute()["places"])


def test_a_network_gone_astray_still_gives_a_picture() -> None:
    for settings, units, head, _ in CASES.values():
        network, data = network_on(settings, units, head)
        network.parameter_vector[...] = np.nan
        value = Predictor(network, data).compute()
        if "matrix" in value:
            assert value["matrix"].sum() > 0
