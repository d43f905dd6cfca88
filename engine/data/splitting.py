"""Which samples train, validate and test: the same for the same seed, with the classes' shares kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.settings import DataSettings

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Parts:
    """Sample numbers of each part, each in rising order. `limited` tells that `train` is not all that is left."""

    train: Array
    validation: Array
    test: Array
    limited: bool = False


def split_samples(count: int, labels: Array | None, settings: DataSettings, *, has_test: bool) -> Parts:
    """Share out `count` samples; `labels` (N,) int are the classes to stratify by, or None.

    The test part is chosen first, then the validation part, then the limit is applied, each from a random stream of
    its own: changing the limit leaves the validation part as it is. A part gets round(count * fraction)
    samples, and at least one sample of every class stays in training. Without shuffle the last samples are taken.
    """
    test_fraction = 0.0 if has_test else settings.test_fraction
    if test_fraction + settings.validation_fraction >= 1.0:
        raise DataError(
            f"The validation and test fractions ({settings.validation_fraction:g} and {test_fraction:g}) leave "
            "nothing to train on. Make their sum less than 1."
        )
    streams = [np.random.default_rng([settings.split_seed, stream]) for stream in range(3)]
    strata = labels if settings.stratify and settings.shuffle else None
    test = _choose(np.arange(count), _share(count, test_fraction), strata, settings, streams[0])
    rest = np.setdiff1d(np.arange(count), test, assume_unique=True)
    validation = _choose(rest, _share(count, settings.validation_fraction), strata, settings, streams[1])
    train = np.setdiff1d(rest, validation, assume_unique=True)
    limited = settings.limit is not None and settings.limit < len(train)
    if limited:
        assert settings.limit is not None
        train = _limit(train, settings.limit, strata, settings, streams[2])
    return Parts(train, validation, test, limited)


def _share(count: int, fraction: float) -> int:
    return min(int(count * fraction + 0.5), count - 1)


def _choose(
    indices: Array, wanted: int, labels: Array | None, settings: DataSettings, rng: np.random.Generator
) -> Array:
    """`wanted` of the sample numbers, in rising order."""
    wanted = min(wanted, len(indices) - 1)
    if wanted <= 0:
        return indices[:0]
    if not settings.shuffle:
        return indices[len(indices) - wanted :]
    if labels is None:
        return np.sort(rng.choice(indices, size=wanted, replace=False))
    return _stratified(indices, wanted, labels[indices], rng, keep_one=True)


def _limit(
    train: Array, limit: int, labels: Array | None, settings: DataSettings, rng: np.random.Generator
) -> Array:
    if not settings.shuffle:
        return train[len(train) - limit :]
    if labels is None:
        return np.sort(rng.choice(train, size=limit, replace=False))
    return _stratified(train, limit, labels[train], rng, keep_one=False)


def _stratified(
    indices: Array, wanted: int, labels: Array, rng: np.random.Generator, *, keep_one: bool
) -> Array:
    """Largest remainders: each class gives its share rounded down, the largest remainders one more.

    With `keep_one` no class gives its last sample (so fewer than `wanted` may be chosen).
    """
    _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    exact = sizes * (wanted / len(indices))
    quota = np.floor(exact).astype(np.int64)
    available = np.maximum(sizes - keep_one, 0)
    quota = np.minimum(quota, available)
    for index in np.argsort(-(exact - np.floor(exact)), kind="stable"):
        if quota.sum() >= wanted:
            break
        if quota[index] < available[index]:
            quota[index] += 1
    order = rng.permutation(len(indices))
    # Rank of each sample within its class along the random order: those below the quota are chosen.
    by_class = order[np.argsort(codes[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rank = np.arange(len(indices)) - np.repeat(starts, sizes)
    chosen = by_class[rank < np.repeat(quota, sizes)]
    return np.sort(indices[chosen])
