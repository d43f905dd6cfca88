"""Every generator: what it promises, its options, its seed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSet, DataSettings, load, sources
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, all_sources, register

GENERATED = [info for info in sources() if info.generated]
NAMES = [info.name for info in GENERATED]


def made(name: str, **options: float | str | bool) -> DataSet:
    return load(DataSettings(source=name, options=options, validation_fraction=0.0))


@pytest.mark.parametrize("name", NAMES)
def test_makes_what_its_description_says(name: str) -> None:
    info = next(info for info in GENERATED if info.name == name)
    data = made(name)
    assert (data.kind, data.task, data.title) == (info.kind, info.task, info.title)
    assert len(info.description) > 20
    x, y = data.train.x, data.train.y
    assert isinstance(x, np.ndarray)
    assert isinstance(y, np.ndarray)
    assert x.dtype == np.float32
    assert x.shape[1:] == data.input_shape
    assert np.isfinite(x).all()
    if data.vocabulary:
        assert len(data.feature_names) == 1
        assert x.max() <= len(data.vocabulary)
        assert y.max() < len(data.classes)
        return
    assert x.shape[-1] == len(data.feature_names)
    if data.task == "classification":
        assert y.dtype == np.int64
        assert set(np.unique(y)) == set(range(len(data.classes)))
        assert data.output_units == len(data.classes)
    else:
        assert y.dtype == np.float32
        assert y.shape == (len(x), data.output_units)
        assert len(data.target_names) == data.output_units


@pytest.mark.parametrize("info", GENERATED, ids=NAMES)
def test_every_option_is_described_and_taken_at_its_limits(info) -> None:
    for option in info.options:
        assert option.help.endswith("."), option
        assert option.default is not None
        values = [option.minimum, *option.choices]
        if option.name != "samples":
            values.append(option.maximum)
        for value in values:
            if value is not None and option.name != "seed":
                converted = int(value) if option.kind == "int" else value
                assert len(made(info.name, **{option.name: converted}).train) > 0


@pytest.mark.parametrize("info", GENERATED, ids=NAMES)
def test_the_seed_decides_the_samples(info) -> None:
    assert made(info.name).content_hash() == made(info.name).content_hash()
    options = {option.name for option in info.options}
    if "seed" in options:
        noisy = {"noise": 0.3} if "noise" in options else {}
        assert (
            made(info.name, seed=1, **noisy).content_hash() != made(info.name, seed=2, **noisy).content_hash()
        )


@pytest.mark.parametrize("name", ["xor", "circles", "moons", "blobs", "two_spirals"])
def test_classes_are_balanced_and_mixed(name: str) -> None:
    data = made(name, samples=301)
    counts = np.bincount(data.train.y)
    assert counts.sum() == 301
    assert counts.max() - counts.min() <= 2
    assert len(np.unique(data.train.y[:20])) > 1


def test_formulas() -> None:
    xor = made("xor", noise=0.0).train
    np.testing.assert_array_equal(xor.y == 0, xor.x[:, 0] * xor.x[:, 1] > 0)
    circles = made("circles", noise=0.0, factor=0.5).train
    radius = np.hypot(*circles.x.T)
    assert radius[circles.y == 0].max() <= 0.5 + 1e-6
    assert radius[circles.y == 1].min() >= 0.75 - 1e-6
    spirals = made("two_spirals", noise=0.0, turns=2.0).train
    angle = 2 * np.pi * 2.0 * np.hypot(*spirals.x.T) + np.pi * spirals.y
    np.testing.assert_allclose(np.cos(angle), spirals.x[:, 0] / np.hypot(*spirals.x.T), atol=1e-4)
    blobs = made("blobs", noise=0.0, classes=8, radius=2.0).train
    assert len(np.unique(blobs.x.round(4), axis=0)) == 8
    sine = made("sine", noise=0.0, frequency=2.0).train
    np.testing.assert_allclose(sine.y, np.sin(2 * np.pi * sine.x), atol=1e-5)
    cubic = made("polynomial").train
    np.testing.assert_allclose(cubic.y, 4 * cubic.x**3 - 3 * cubic.x, atol=1e-5)
    teeth = made("sawtooth", samples=9, teeth=2).train
    np.testing.assert_allclose(teeth.y[:, 0], [0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0], atol=1e-6)
    adding = made("adding_problem").train
    np.testing.assert_allclose(
        (adding.x[..., 0] * adding.x[..., 1]).sum(axis=1, keepdims=True), adding.y, atol=1e-6
    )
    assert (adding.x[..., 1].sum(axis=1) == 2).all()
    first = made("remember_first").train
    np.testing.assert_array_equal(first.x[:, 0, 0] > 0, first.y == 1)


def test_next_value_of_a_wave_follows_its_window() -> None:
    data = made("sine_series", samples=50, steps=7, noise=0.0).train
    np.testing.assert_array_equal(data.x[1:, -1, 0], data.y[:-1, 0])


def test_the_worked_step() -> None:
    data = made("worked_step")
    np.testing.assert_array_equal(data.train.x, np.array([[0.05, 0.10]], np.float32))
    np.testing.assert_array_equal(data.train.y, np.array([[0.01, 0.99]], np.float32))
    assert data.task == "regression"


@pytest.mark.parametrize(
    ("gate", "answers"), [("and", [0, 0, 0, 1]), ("xor", [0, 1, 1, 0]), ("nor", [1, 0, 0, 0])]
)
def test_truth_tables(gate: str, answers: list[int]) -> None:
    data = made("logic_gate", gate=gate)
    assert data.train.y.tolist() == answers
    assert data.validation is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 1}, "option 'samples': it is a whole number from 2 to 1000000, not 1"),
        ({"noise": "much"}, "option 'noise': it is a number from 0 to 10, not 'much'"),
        ({"turns": 2}, "has no option 'turns'. Its options: samples, noise, seed"),
    ],
)
def test_a_wrong_option_is_named_with_its_range(options, message: str) -> None:
    with pytest.raises(DataError, match=message):
        made("moons", **options)


def test_a_named_set_refuses_another_task_or_target() -> None:
    with pytest.raises(DataError, match="is a classification; set the task to auto"):
        load(DataSettings(source="moons", task="regression"))
    with pytest.raises(DataError, match="has the target species, not petals"):
        load(DataSettings(source="iris", target=("petals",)))


def test_one_registered_class_is_all_it_takes() -> None:
    class Ramp(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
        """A ramp."""

        name = "xor"
        title = "Ramp"

        def read(self, context: ReadContext) -> RawData:
            raise AssertionError

    before = dict(all_sources())
    with pytest.raises(ValueError, match="claim the name 'xor'"):
        register(Ramp)
    assert all_sources() == before


def test_names_are_found_in_either_spelling() -> None:
    assert load(DataSettings(source="Two-Spirals")).name == "two_spirals"
    with pytest.raises(DataError, match="Did you mean the built-in data set 'moons'"):
        load(DataSettings(source="mons"))
