"""The small collected sets that come with the program."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, load, preview
from engine.data.places import shipped_folder


def test_iris() -> None:
    data = load(DataSettings(source="iris", validation_fraction=0.2, test_fraction=0.2))
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.input_shape == (4,)
    assert {name: np.bincount(part.y).tolist() for name, part in data.parts().items()} == {
        "train": [30] * 3,
        "validation": [10] * 3,
        "test": [10] * 3,
    }
    whole = load(DataSettings(source="iris", validation_fraction=0.0)).train
    # The means that Fisher's data are known by.
    np.testing.assert_allclose(whole.x.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], rtol=1e-5)


def test_two_features_of_iris() -> None:
    data = load(DataSettings(source="iris", features=("petal_width", "petal_length")))
    assert data.input_shape == (2,)
    assert data.feature_names == ("petal_width", "petal_length")
    with pytest.raises(DataError, match=r"has no feature 'petals'\. Its features: sepal_length"):
        load(DataSettings(source="iris", features=("petals",)))


def test_digits() -> None:
    data = load(DataSettings(validation_fraction=0.0))
    assert (data.name, data.kind, data.input_shape) == ("digits", "image", (8, 8, 1))
    assert len(data.train) == 1797
    assert data.train.x.min() == 0.0
    assert data.train.x.max() == 1.0
    assert np.bincount(data.train.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first image is the well-known 0.
    assert (data.train.x[0, 0, :, 0] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert data.train.y[0] == 0


def test_the_shipped_files_are_small_and_their_origin_is_stated() -> None:
    readme = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    for path in shipped_folder().iterdir():
        assert path.stat().st_size < 100_000
        assert path.name == "README.md" or f"`{path.name}`" in readme


def test_preview_of_a_named_set() -> None:
    seen = preview("iris", rows=3)
    assert [column.name for column in seen.columns][-1] == "species"
    assert (seen.columns[0].minimum, seen.columns[0].maximum) == (4.3, 7.9)
    assert seen.rows[0] == ("5.1", "3.5", "1.4", "0.2", "setosa")
    assert seen.row_count == 150
