"""Real public data sets, in the folder that GRADLOOM_DATA names."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSet, DataSettings, load, preview


@pytest.fixture
def tabular(gradloom_data: Path) -> Path:
    folder = gradloom_data / "tabular"
    if not folder.is_dir():
        pytest.skip("GRADLOOM_DATA has no folder tabular/")
    return folder


@pytest.fixture(scope="module")
def mnist(gradloom_data: Path) -> DataSet:
    if not any((gradloom_data / place).is_file() for place in MNIST_PLACES):
        pytest.skip("GRADLOOM_DATA has no MNIST files")
    return load(DataSettings(source="mnist", validation_fraction=0.0))


MNIST_PLACES = [
    f"{folder}train-images-idx3-ubyte{suffix}" for folder in ("mnist/", "") for suffix in ("", ".gz")
]


def read(path: Path, **changes) -> DataSet:
    return load(DataSettings(source=path.name, **changes), folder=path.parent)


def test_iris_is_the_shipped_one(tabular: Path) -> None:
    assert read(tabular / "iris.csv").content_hash() == load(DataSettings(source="iris")).content_hash()


def test_penguins_have_gaps_and_texts(tabular: Path) -> None:
    path = tabular / "penguins.csv"
    with pytest.raises(
        DataError, match=r"penguins\.csv, line 5, column 'bill_length_mm': the value is missing"
    ):
        read(path, target=("species",))
    data = read(path, target=("species",), missing="drop", scaling="standardize")
    assert data.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert sum(len(part) for part in data.parts().values()) == 333
    assert data.feature_names[:3] == ("island = Biscoe", "island = Dream", "island = Torgersen")
    filled = read(path, target=("species",), missing="mean")
    assert sum(len(part) for part in filled.parts().values()) == 344
    seen = preview(DataSettings(source=str(path), target=("species",)))
    assert {column.name: column.missing for column in seen.columns}["sex"] == 11
    assert len(seen.problems) == 1


def test_cars_have_names_that_are_no_feature(tabular: Path) -> None:
    data = read(
        tabular / "mpg.csv", target=("mpg",), missing="mean", scaling="standardize", scale_target=True
    )
    assert (data.task, data.input_shape) == ("regression", (9,))
    assert any("'name'" in line and "left out" in line for line in data.report)
    with pytest.raises(DataError, match=r"line 34, column 'horsepower'"):
        read(tabular / "mpg.csv", target=("mpg",))


def test_wines_come_without_a_header(tabular: Path) -> None:
    path = tabular / "winequality-red.csv"
    data = read(path)
    assert sum(len(part) for part in data.parts().values()) == 1599
    assert data.input_shape == (11,)
    assert data.classes == ("3", "4", "5", "6", "7", "8")
    assert read(path, task="regression").output_units == 1


def test_flights_are_a_series(tabular: Path) -> None:
    data = read(tabular / "flights.csv", shuffle=False, validation_fraction=0.25)
    assert (data.task, len(data.train)) == ("regression", 108)
    assert data.validation is not None
    assert data.validation.x[0, 0] == 1958


def test_mnist(mnist: DataSet) -> None:
    assert mnist.test is not None
    assert (mnist.train.x.shape, mnist.test.x.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    assert mnist.train.x.dtype == np.float32
    assert (mnist.train.x.min(), mnist.train.x.max()) == (0.0, 1.0)
    assert mnist.train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # The mean and deviation that MNIST is known by.
    assert float(mnist.train.x.mean(dtype=np.float64)) == pytest.approx(0.1307, abs=5e-5)
    assert float(mnist.train.x.std(dtype=np.float64)) == pytest.approx(0.3081, abs=5e-5)


def test_mnist_parts(mnist: DataSet) -> None:
    held_out = load(DataSettings(source="mnist", validation_fraction=0.1, limit=1000, scaling="standardize"))
    assert {name: len(part) for name, part in held_out.parts().items()} == {
        "train": 1000,
        "validation": 6000,
        "test": 10000,
    }
    assert np.bincount(held_out.train.y).min() > 80
    assert held_out.test is not None
    assert mnist.test is not None
    np.testing.assert_array_equal(held_out.test.y, mnist.test.y)


def test_mnist_is_read_lean(mnist: DataSet) -> None:
    """Once as float32, and while it is being read once more as bytes."""
    tracemalloc.start()
    load(DataSettings(source="mnist", validation_fraction=0.0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert mnist.test is not None
    assert peak < 1.6 * (mnist.train.x.nbytes + mnist.test.x.nbytes)
