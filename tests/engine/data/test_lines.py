"""Folders of text files: one class per file, one sequence of characters per line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, Preprocessing, load, load_samples, preview


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "down.txt").write_text("cba\n\nba \n", encoding="utf-8")
    (tmp_path / "up.txt").write_text("ab\nabcd\né\n", encoding="utf-8")
    return tmp_path


def test_lines_become_sequences(folder: Path) -> None:
    data = load(DataSettings(source=str(folder), validation_fraction=0.0, scaling="standardize"))
    assert (data.kind, data.input_shape, data.classes) == ("sequence", (4,), ("down", "up"))
    assert data.vocabulary == ("a", "b", "c", "d", "é")
    assert data.train.x.tolist() == [[3, 2, 1, 0], [2, 1, 0, 0], [1, 2, 0, 0], [1, 2, 3, 4], [5, 0, 0, 0]]
    assert data.train.y.tolist() == [0, 0, 1, 1, 1]
    assert "Lines became sequences of 4 numbers from 0 (padding) to 5." in data.report
    cut = load(DataSettings(source=str(folder), options={"steps": 2}, validation_fraction=0.0))
    assert cut.train.x[3].tolist() == [1, 2]
    assert "2 of 5 lines have more than 2 characters and were cut." in cut.report


def test_new_lines_get_the_trained_numbers(folder: Path, tmp_path: Path) -> None:
    fitted = load(DataSettings(source=str(folder))).preprocessing
    fitted = msgspec.json.decode(msgspec.json.encode(fitted), type=Preprocessing)
    other = tmp_path / "other"
    other.mkdir()
    (other / "up.txt").write_text("bxd\nabcdabcd\n", encoding="utf-8")
    (other / "down.txt").write_text("d\n", encoding="utf-8")
    split = load_samples(DataSettings(source=str(other)), fitted)
    np.testing.assert_array_equal(split.x, [[4, 0, 0, 0], [2, 4, 0, 0], [1, 2, 3, 4]])
    assert split.y.tolist() == [0, 1, 1]
    (other / "down.txt").rename(other / "sideways.txt")
    with pytest.raises(DataError, match="has the class 'sideways', which the network was not trained on"):
        load_samples(DataSettings(source=str(other)), fitted)


def test_preview_shows_the_text(folder: Path) -> None:
    seen = preview(DataSettings(source=str(folder), validation_fraction=0.0))
    assert seen.rows == (("cba", "down"), ("ba", "down"), ("ab", "up"), ("abcd", "up"), ("é", "up"))


def test_faults(folder: Path) -> None:
    with pytest.raises(DataError, match="option 'steps': it is a whole number from 0 to 1000"):
        load(DataSettings(source=str(folder), options={"steps": 5000}))
    (folder / "blank.txt").write_text(" \n\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"blank\.txt is blank, so its class has no samples"):
        load(DataSettings(source=str(folder)))
    (folder / "blank.txt").unlink()
    (folder / "down.txt").unlink()
    with pytest.raises(DataError, match="holds nothing to read"):
        load(DataSettings(source=str(folder)))


def test_surnames(gradloom_data: Path) -> None:
    if not (gradloom_data / "surnames").is_dir():
        pytest.skip("GRADLOOM_DATA has no folder surnames/")
    data = load(DataSettings(source="surnames"), folder=gradloom_data)
    assert len(data.classes) == 18
    assert sum(len(part) for part in data.parts().values()) == 20050
