"""Fewer points without losing an extreme: samples are put into buckets that keep their least and greatest value."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Envelope(NamedTuple):
    """A curve as it is drawn: at each x the least and the greatest value near it. `exact` where nothing was joined."""

    x: Array
    low: Array
    high: Array
    exact: bool


def bucket_starts(x: Array, buckets: int) -> NDArray[np.intp]:
    """Return where each bucket begins when sorted `x` is cut into at most `buckets` spans of equal width.

    Empty spans are left out, so the result can be handed to `reduceat`.
    """
    if len(x) == 0:
        return np.zeros(0, np.intp)
    span = float(x[-1] - x[0])
    if len(x) <= buckets or span <= 0 or buckets < 1:
        return np.arange(len(x)) if span > 0 else np.zeros(1, np.intp)
    place = np.minimum(((x - x[0]) * (buckets / span)).astype(np.int64), buckets - 1)
    return np.flatnonzero(np.concatenate(([True], place[1:] != place[:-1])))


def envelope(x: Array, low: Array, high: Array, points: int) -> Envelope:
    """Return at most `points` places of a curve whose samples lie between `low` and `high`, at sorted `x`.

    The least and greatest finite value of every bucket are kept, so no spike can fall out. Gaps (NaN) stay gaps only
    where a whole bucket is one.
    """
    if len(x) <= points:
        return Envelope(x, low, high, bool(np.array_equal(low, high, equal_nan=True)))
    starts = bucket_starts(x, points)
    ends = np.append(starts[1:], len(x)) - 1
    middle = (x[starts] + x[ends]) * 0.5
    return Envelope(middle, np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts), False)


def thinned(x: Array, values: Array, points: int) -> tuple[Array, Array]:
    """Return at most `points` of the samples of a smooth curve: the last of each bucket, and always the very last."""
    if len(x) <= points:
        return x, values
    starts = bucket_starts(x, points)
    ends = np.append(starts[1:], len(x)) - 1
    return x[ends], values[ends]


def extremes_kept(values: Array, points: int, pinned: int = -1) -> NDArray[np.intp]:
    """Return sorted indices of at most about `points` samples: first, last, `pinned`, and each bucket's extremes.

    For a table whose rows must stay rows (the epochs): its best and worst are never joined with others.
    """
    count = len(values)
    if count <= points:
        return np.arange(count)
    kept = {0, count - 1}
    if 0 <= pinned < count:
        kept.add(pinned)
    edges = np.linspace(0, count, max(points // 2, 1) + 1).astype(np.int64)
    filled_high, filled_low = (
        np.where(np.isnan(values), -np.inf, values),
        np.where(np.isnan(values), np.inf, values),
    )
    for start, end in pairwise(edges):
        if end > start:
            kept.add(int(start + np.argmin(filled_low[start:end])))
            kept.add(int(start + np.argmax(filled_high[start:end])))
    return np.array(sorted(kept), np.intp)
