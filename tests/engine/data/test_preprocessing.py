"""Scaling and stand-ins: fitted on the training part, undone exactly, kept with a design."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, Preprocessing, load, load_samples


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    rows = ["height,weight,flat,kind,answer"]
    for index in range(60):
        height, weight = rng.normal(1.7e9, 3.0), rng.normal(70, 10)
        rows.append(f"{height:.3f},{weight:.2f},4.5,{'abc'[index % 3]},{2 * weight + 1000:.3f}")
    path = tmp_path / "people.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_standardize_takes_the_training_part_only(table: Path) -> None:
    data = load(DataSettings(source=str(table), scaling="standardize", validation_fraction=0.3))
    x = data.train.x
    # The first column is 1.7e9 +- 3: float32 would have lost it before the mean was taken off.
    np.testing.assert_allclose(x[:, :2].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x[:, :2].std(axis=0), 1, atol=1e-5)
    assert data.validation is not None
    assert abs(data.validation.x[:, :2].mean(axis=0)).max() > 1e-3
    assert (x[:, 2] == 0).all(), "a constant column becomes 0, not NaN"
    assert set(np.unique(x[:, 3:])) == {0.0, 1.0}, "one-hot columns stay as they are"


def test_min_max(table: Path) -> None:
    data = load(DataSettings(source=str(table), scaling="min_max", validation_fraction=0.3))
    np.testing.assert_allclose(data.train.x[:, :2].min(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train.x[:, :2].max(axis=0), 1, atol=1e-6)
    assert (data.train.x[:, 2] == 0).all()


def test_targets_come_back_in_their_units(table: Path) -> None:
    scaled = load(DataSettings(source=str(table), scale_target=True))
    plain = load(DataSettings(source=str(table)))
    assert abs(scaled.train.y.mean()) < 1e-5
    back = scaled.preprocessing.inverse_target(scaled.train.y)
    np.testing.assert_allclose(back, plain.train.y, rtol=1e-5)
    assert back.dtype == np.float32


def test_features_come_back_in_their_units(table: Path) -> None:
    scaled = load(DataSettings(source=str(table), scaling="standardize"))
    plain = load(DataSettings(source=str(table)))
    np.testing.assert_allclose(scaled.preprocessing.inverse(scaled.train.x), plain.train.x, rtol=1e-6)


def test_images_share_one_scale_per_channel() -> None:
    data = load(DataSettings(source="digits", scaling="standardize", validation_fraction=0.0))
    assert len(data.preprocessing.offset) == 1
    assert abs(float(data.train.x.mean(dtype=np.float64))) < 1e-5
    assert float(data.train.x.std(dtype=np.float64)) == pytest.approx(1.0, abs=1e-5)


def test_the_fitted_preparation_is_a_value(table: Path) -> None:
    fitted = load(DataSettings(source=str(table), scaling="standardize", scale_target=True)).preprocessing
    stored = msgspec.json.encode(fitted)
    assert msgspec.json.decode(stored, type=Preprocessing) == fitted


def test_new_data_is_treated_as_the_trained_was(table: Path, tmp_path: Path) -> None:
    settings = DataSettings(
        source=str(table), scaling="standardize", target=("kind",), validation_fraction=0.0
    )
    data = load(settings)
    again = load_samples(settings, data.preprocessing)
    np.testing.assert_array_equal(again.x, data.train.x)
    np.testing.assert_array_equal(again.y, data.train.y)
    # Other columns, another order, only two of the classes, and the target's name kept.
    lines = table.read_text(encoding="utf-8").splitlines()
    turned = [",".join(["id", *reversed(line.split(","))]) for line in lines if ",a," not in line]
    other = tmp_path / "turned.csv"
    other.write_text("\n".join(turned), encoding="utf-8")
    part = load_samples(DataSettings(source=str(other)), data.preprocessing)
    np.testing.assert_array_equal(part.x, data.train.x[data.train.y > 0])
    np.testing.assert_array_equal(part.y, data.train.y[data.train.y > 0])


def test_prediction_needs_no_target(table: Path, tmp_path: Path) -> None:
    data = load(DataSettings(source=str(table), validation_fraction=0.0))
    inputs = tmp_path / "inputs.csv"
    inputs.write_text("kind,flat,weight,height\na,4.5,70,1700000000\n", encoding="utf-8")
    split = load_samples(DataSettings(source=str(inputs)), data.preprocessing, need_targets=False)
    assert split.x.tolist() == [[1.7e9, 70.0, 4.5, 1.0, 0.0, 0.0]]
    assert split.y.shape == (1, 0)
    with pytest.raises(DataError, match="has no column 'answer'"):
        load_samples(DataSettings(source=str(inputs)), data.preprocessing)


def test_unknown_categories_are_refused(table: Path, tmp_path: Path) -> None:
    data = load(DataSettings(source=str(table), validation_fraction=0.0))
    inputs = tmp_path / "inputs.csv"
    inputs.write_text("kind,flat,weight,height\na,4,7,1\nz,4,7,1\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"inputs\.csv, line 3, column 'kind': found 'z', which the network was not"
    ):
        load_samples(DataSettings(source=str(inputs)), data.preprocessing, need_targets=False)


def test_means_stand_in_for_missing_values(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    rows = [f"{i},{'ab'[i % 2]},{i % 2}" for i in range(20)]
    rows[3], rows[4] = ",a,1", "4,,0"
    path.write_text("n,c,y\n" + "\n".join(rows), encoding="utf-8")
    data = load(DataSettings(source=str(path), missing="mean", validation_fraction=0.0))
    present = [i for i in range(20) if i != 3]
    np.testing.assert_allclose(data.train.x[3], [np.mean(present), 1, 0], rtol=1e-6)
    # A missing text becomes the shares of the categories.
    np.testing.assert_allclose(data.train.x[4], [4, 10 / 19, 9 / 19], rtol=1e-6)
    again = load_samples(DataSettings(source=str(path), missing="mean"), data.preprocessing)
    np.testing.assert_array_equal(again.x, data.train.x)


def test_numbers_beyond_float32_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("a,y\n1e300,1.5\n2,2.5\n", encoding="utf-8")
    with pytest.raises(DataError, match="feature 'a' has values beyond the range of float32"):
        load(DataSettings(source=str(path), validation_fraction=0.0))
    scaled = load(DataSettings(source=str(path), scaling="min_max", validation_fraction=0.0))
    assert scaled.train.x.tolist() == [[1.0], [0.0]]
