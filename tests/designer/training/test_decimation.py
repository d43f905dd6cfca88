"""Fewer points, and no extreme lost: whatever the samples, the capacity and the way in which they arrive."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from designer.training.decimation import bucket_starts, envelope, extremes_kept, thinned
from designer.training.series import Series

values = st.floats(-1e6, 1e6, allow_nan=False)
samples = st.lists(st.one_of(values, st.just(float("nan"))), min_size=1, max_size=300)


@given(samples, st.integers(1, 64))
def test_an_envelope_keeps_the_least_and_the_greatest(data: list[float], points: int) -> None:
    x, y = np.arange(len(data), dtype=float), np.array(data)
    found = envelope(x, y, y, points)
    assert len(found.x) <= max(points, 1)
    assert np.all(np.diff(found.x) > 0)
    if np.isfinite(y).any():
        assert np.nanmin(found.low) == np.nanmin(y)
        assert np.nanmax(found.high) == np.nanmax(y)
    assert found.exact == (len(data) <= points)


@given(samples, st.integers(4, 40), st.integers(0, 299))
def test_a_thinned_table_keeps_its_ends_its_extremes_and_the_pinned_row(
    data: list[float], points: int, pinned: int
) -> None:
    y, pinned = np.array(data), min(pinned, len(data) - 1)
    kept = extremes_kept(y, points, pinned)
    assert {0, len(y) - 1} <= set(kept.tolist())
    assert len(kept) <= max(points + 3, len(kept) if len(y) <= points else 0)
    if len(y) > points:
        assert pinned in kept
    if np.isfinite(y).any():
        assert np.nanmin(y[kept]) == np.nanmin(y)
        assert np.nanmax(y[kept]) == np.nanmax(y)


@given(st.lists(values, min_size=1, max_size=400), st.integers(1, 7), st.integers(8, 64))
def test_a_series_joins_rows_without_losing_extremes_mean_or_count(
    data: list[float], chunk: int, limit: int
) -> None:
    series = Series({"mean": "mean", "low": "least", "high": "greatest", "last": "last"}, limit)
    steps, y = np.arange(1.0, len(data) + 1), np.array(data)
    for start in range(0, len(data), chunk):
        part = slice(start, start + chunk)
        series.append(steps[part], dict.fromkeys(("mean", "low", "high", "last"), y[part]))
    assert len(series) <= limit
    assert series.count.sum() == len(data)
    assert series["low"].min() == y.min()
    assert series["high"].max() == y.max()
    assert series["last"][-1] == y[-1]
    assert series.step[-1] == len(data)
    assert_allclose(np.average(series["mean"], weights=series.count), y.mean(), rtol=1e-9, atol=1e-6)


def test_a_series_leaves_gaps_out_of_its_mean() -> None:
    series = Series({"y": "mean"}, 4)
    series.append(np.arange(1.0, 9.0), {"y": np.array([1, np.nan, 3, np.nan, np.nan, np.nan, 7, 9.0])})
    assert len(series) <= 4
    assert np.nansum(series["y"] * 0 + 1) < len(series["y"]) + 1
    assert float(np.nanmax(series["y"])) <= 9


def test_a_window_has_one_row_more_on_each_side() -> None:
    series = Series({"y": "last"})
    series.append(np.arange(1.0, 101.0), {"y": np.arange(1.0, 101.0)})
    rows = series.window(20, 30)
    assert series.step[rows][0] == 19
    assert series.step[rows][-1] == 31


def test_a_joined_series_tells_that_what_was_computed_is_void() -> None:
    series = Series({"y": "last"}, 8)
    before = series.generation
    series.append(np.arange(1.0, 20.0), {"y": np.zeros(19)})
    assert series.generation > before


def test_thinning_a_smooth_curve_keeps_its_end() -> None:
    x = np.linspace(0, 1, 1_001)
    found_x, found_y = thinned(x, x**2, 50)
    assert len(found_x) <= 50
    assert found_y[-1] == 1.0


@pytest.mark.parametrize("x", [np.zeros(0), np.zeros(5), np.array([3.0])])
def test_buckets_of_nothing_and_of_one_place(x: np.ndarray) -> None:
    assert len(bucket_starts(x, 10)) == min(len(x), 1)
