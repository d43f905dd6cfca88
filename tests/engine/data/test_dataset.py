"""Splits, one-hot rows, hashes and batches."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, Split, batch_count, batches, load, one_hot

IRIS = "51d59847a1d287a176c10dd7306945c40f41f04dc31eb7acec0c59e210a7f768"
DIGITS = "4b85ea6cf476edb30a86c952aaed93b667a69c0bbeced4b6dabaca83c07a472b"


def test_one_hot() -> None:
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot(np.zeros((4, 5), int), 3).shape == (4, 5, 3)
    assert one_hot(np.zeros(0, int), 3).shape == (0, 3)
    assert one_hot(np.array([1]), 2).dtype == np.float32
    with pytest.raises(DataError, match="run from 1 to 3"):
        one_hot(np.array([1, 3]), 3)


def test_a_split_may_hold_dictionaries() -> None:
    split = Split({"b": np.arange(6).reshape(3, 2), "a": np.arange(3)}, {"out": np.arange(3)})
    assert len(split) == 3
    assert list(split.arrays()) == ["x/a", "x/b", "y/out"]
    taken = split.take(np.array([2, 0]))
    assert isinstance(taken.x, dict)
    assert taken.x["b"].tolist() == [[4, 5], [0, 1]]
    with pytest.raises(DataError, match="differ in their number of samples"):
        Split(np.zeros((3, 1)), np.zeros(2))


def test_the_hash_tells_content_and_nothing_else() -> None:
    data = load(DataSettings(source="iris"))
    same = dataclasses.replace(data, name="other", title="Other", report=("something",))
    assert len(data.content_hash()) == 64
    assert same.content_hash() == data.content_hash()
    changed = data.train.x.copy()
    changed[7, 2] = np.nextafter(changed[7, 2], np.float32(9))
    assert dataclasses.replace(data, train=Split(changed, data.train.y)).content_hash() != data.content_hash()
    assert dataclasses.replace(data, classes=("a", "b", "c")).content_hash() != data.content_hash()
    assert dataclasses.replace(data, validation=None).content_hash() != data.content_hash()
    turned = Split(np.asfortranarray(data.train.x), data.train.y)
    assert dataclasses.replace(data, train=turned).content_hash() == data.content_hash()


def test_the_hash_of_the_shipped_sets_stands() -> None:
    """Stated in the records of runs, so the same content must give it on every machine and in every version."""
    for source, expected in (("iris", IRIS), ("digits", DIGITS)):
        assert load(DataSettings(source=source, validation_fraction=0.0)).content_hash() == expected


@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_hold_every_sample_once(drop_last: bool) -> None:
    split = Split(np.arange(10)[:, None], np.arange(10))
    for rng in (None, np.random.default_rng(3)):
        found = list(batches(split, 4, rng, drop_last=drop_last))
        assert len(found) == batch_count(10, 4, drop_last=drop_last)
        seen = np.concatenate([batch.y for batch in found])
        assert len(set(seen.tolist())) == len(seen) == (8 if drop_last else 10)
        for batch in found:
            np.testing.assert_array_equal(batch.x[:, 0], batch.y)
    assert seen.tolist() != sorted(seen.tolist())
    with pytest.raises(DataError, match="at least 1, not 0"):
        list(batches(split, 0, np.random.default_rng(0)))
