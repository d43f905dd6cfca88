"""Training, validation and test parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import DataError
from engine.data import DataSettings
from engine.data.splitting import split_samples


def test_the_seed_decides_the_split() -> None:
    def chosen(seed: int) -> list[int]:
        return split_samples(100, None, DataSettings(split_seed=seed), has_test=False).validation.tolist()

    assert chosen(1) == chosen(1) != chosen(2)


def test_classes_keep_their_shares() -> None:
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    parts = split_samples(
        1000, labels, DataSettings(validation_fraction=0.2, test_fraction=0.1), has_test=False
    )
    assert np.bincount(labels[parts.validation]).tolist() == [140, 40, 20]
    assert np.bincount(labels[parts.test]).tolist() == [70, 20, 10]
    assert np.bincount(labels[parts.train]).tolist() == [490, 140, 70]


def test_the_limit_moves_nothing_but_training() -> None:
    labels = np.arange(1000) % 10
    whole = split_samples(1000, labels, DataSettings(), has_test=False)
    limited = split_samples(1000, labels, DataSettings(limit=50), has_test=False)
    np.testing.assert_array_equal(whole.validation, limited.validation)
    assert np.bincount(labels[limited.train]).tolist() == [5] * 10
    assert set(limited.train) <= set(whole.train)
    assert limited.limited
    assert not whole.limited


def test_series_give_their_end() -> None:
    settings = DataSettings(shuffle=False, validation_fraction=0.2, test_fraction=0.1, limit=5)
    parts = split_samples(20, None, settings, has_test=False)
    assert parts.test.tolist() == [18, 19]
    assert parts.validation.tolist() == [14, 15, 16, 17]
    assert parts.train.tolist() == [9, 10, 11, 12, 13]


def test_a_test_part_of_its_own_is_not_doubled() -> None:
    parts = split_samples(10, None, DataSettings(test_fraction=0.5, validation_fraction=0.0), has_test=True)
    assert len(parts.test) == 0
    assert len(parts.train) == 10


def test_fractions_that_leave_nothing() -> None:
    with pytest.raises(DataError, match="leave nothing to train on"):
        split_samples(10, None, DataSettings(validation_fraction=0.6, test_fraction=0.5), has_test=False)


@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    validation=st.floats(0, 0.9),
    test=st.floats(0, 0.9),
    stratify=st.booleans(),
    shuffle=st.booleans(),
    limit=st.none() | st.integers(1, 80),
    seed=st.integers(0, 2**40),
)
def test_parts_are_a_partition(labels, validation, test, stratify, shuffle, limit, seed) -> None:
    settings = DataSettings(
        validation_fraction=validation,
        test_fraction=test,
        stratify=stratify,
        shuffle=shuffle,
        limit=limit,
        split_seed=seed,
    )
    classes = np.array(labels)
    try:
        parts = split_samples(len(labels), classes, settings, has_test=False)
    except DataError:
        assert validation + test >= 1
        return
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(np.unique(together)) == len(together)
    assert len(parts.train) >= 1
    if limit is None:
        assert len(together) == len(labels)
        if stratify and shuffle:
            assert set(classes[parts.train]) == set(labels)
    else:
        assert len(parts.train) <= limit
    for part in (parts.train, parts.validation, parts.test):
        assert (np.diff(part) > 0).all()
