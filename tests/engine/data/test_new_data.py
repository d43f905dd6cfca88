"""Evaluating and predicting: a trained network's classes and features, whatever kind of file the new data is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, load, load_samples
from tests.engine.data.test_arrays import idx_bytes, images, saved


def test_a_table_for_a_network_trained_on_a_named_set(tmp_path: Path) -> None:
    iris = load(DataSettings(source="iris", scaling="standardize")).preprocessing
    path = tmp_path / "flowers.csv"
    path.write_text(
        "species,petal_width,petal_length,sepal_width,sepal_length\nvirginica,2.5,6,3.3,6.3\n",
        encoding="utf-8",
    )
    named = load_samples(DataSettings(source=str(path)), iris)
    assert named.y.tolist() == [2]
    np.testing.assert_allclose(iris.inverse(named.x), [[6.3, 3.3, 6, 2.5]], rtol=1e-6)
    path.write_text("6.3,3.3,6,2.5,virginica\n5.1,3.5,1.4,0.2,setosa\n", encoding="utf-8")
    placed = load_samples(DataSettings(source=str(path)), iris)
    np.testing.assert_array_equal(placed.x[:1], named.x)
    assert placed.y.tolist() == [2, 0]
    path.write_text("6.3,3.3,6,2.5\n", encoding="utf-8")
    bare = load_samples(DataSettings(source=str(path)), iris, need_targets=False)
    np.testing.assert_array_equal(bare.x, named.x)
    with pytest.raises(DataError, match="has no column 'species'"):
        load_samples(DataSettings(source=str(path)), iris)
    path.write_text("6.3,3.3,6\n", encoding="utf-8")
    with pytest.raises(
        DataError, match="has 3 columns, but the network was trained on 4 features: sepal_length"
    ):
        load_samples(DataSettings(source=str(path)), iris, need_targets=False)


def test_a_table_for_a_network_trained_on_images(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"was trained on images or sequences\. Give an NPZ or IDX file"):
        load_samples(DataSettings(source="t.csv"), load(DataSettings()).preprocessing, folder=tmp_path)


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        (np.array(["c", "c"]), [2, 2]),
        (np.array([1, 1]), [1, 1]),
        (np.array([[0.0, 0, 1], [1, 0, 0]]), [2, 0]),
        (np.array([[2], [0]]), [2, 0]),
    ],
)
def test_arrays_keep_the_classes(tmp_path: Path, labels: np.ndarray, numbers: list[int]) -> None:
    trained = saved(tmp_path, x=np.zeros((6, 2)), y=np.array(list("abcabc")))
    fitted = load(DataSettings(source=str(trained), validation_fraction=0.0)).preprocessing
    split = load_samples(DataSettings(source=str(saved(tmp_path, x=np.ones((2, 2)), y=labels))), fitted)
    assert split.y.tolist() == numbers


def test_arrays_of_unknown_classes(tmp_path: Path) -> None:
    trained = saved(tmp_path, x=np.zeros((6, 2)), y=np.array(list("abcabc")))
    fitted = load(DataSettings(source=str(trained), validation_fraction=0.0)).preprocessing
    for labels, shown in [(np.array(["d"]), "d"), (np.array([3]), "3"), (np.array([np.nan]), "nan")]:
        with pytest.raises(DataError, match=f"has the class '{shown}', which the network was not trained on"):
            load_samples(DataSettings(source=str(saved(tmp_path, x=np.ones((1, 2)), y=labels))), fitted)


def test_arrays_without_targets(tmp_path: Path) -> None:
    trained = saved(tmp_path, x=np.zeros((6, 2)), y=np.arange(12).reshape(6, 2) / 2)
    chosen = DataSettings(source=str(trained), validation_fraction=0.0, scale_target=True)
    fitted = load(chosen).preprocessing
    path = saved(tmp_path, x=np.ones((3, 2)))
    split = load_samples(DataSettings(source=str(path)), fitted, need_targets=False)
    assert (split.x.shape, split.y.shape) == ((3, 2), (3, 0))
    with pytest.raises(DataError, match="needs the arrays x and y"):
        load_samples(DataSettings(source=str(path)), fitted)


def test_images_without_labels(tmp_path: Path) -> None:
    trained = saved(tmp_path, x=images(8), y=np.arange(8) % 4)
    fitted = load(DataSettings(source=str(trained), validation_fraction=0.0)).preprocessing
    path = tmp_path / "new-images-idx3-ubyte"
    path.write_bytes(idx_bytes(images(2)))
    split = load_samples(DataSettings(source=str(path)), fitted, need_targets=False)
    np.testing.assert_array_equal(split.x[..., 0], images(2).astype(np.float32) / np.float32(255))
    assert split.y.shape == (2, 0)


def test_named_sets_give_their_test_part_or_everything() -> None:
    moons = load(DataSettings(source="moons", scaling="standardize"))
    split = load_samples(
        DataSettings(source="moons", options={"samples": 50, "seed": 7}), moons.preprocessing
    )
    assert len(split) == 50
    assert split.x.dtype == np.float32
    two = load(DataSettings(source="iris", features=("petal_width", "petal_length"))).preprocessing
    assert load_samples(DataSettings(source="iris"), two).x.shape == (150, 2)
    with pytest.raises(DataError, match="has no feature 'x1'"):
        load_samples(DataSettings(source="sine"), moons.preprocessing)
