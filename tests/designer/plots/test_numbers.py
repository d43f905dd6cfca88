"""Ticks, smoothing and pictures of weights: what the plots compute before they draw."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from designer.plots.export import csv_text
from designer.plots.histogram_history import LIMIT, HistogramHistory
from designer.plots.histogram_view import Histogram
from designer.plots.smoothing import Smoother
from designer.plots.ticks import decade_label, linear_ticks, log_ticks, tick_label, whole_ticks
from designer.plots.time_plot import extent
from designer.plots.weight_pictures import arrange, extremes_image, limit_of, limits_of

reals = st.floats(-1e9, 1e9, allow_nan=False)


@given(reals, st.floats(1e-6, 1e9), st.integers(1, 12))
def test_ticks_lie_inside_and_are_not_too_many(low: float, span: float, count: int) -> None:
    found = linear_ticks(low, low + span, count)
    assert len(found) <= count + 1
    slack = span * 1e-6 + abs(low) * 1e-9
    assert all(low - slack <= tick <= low + span + slack for tick in found)


@given(st.floats(-20, 10), st.floats(0.01, 30), st.integers(2, 10))
def test_logarithmic_ticks_lie_inside(low: float, span: float, count: int) -> None:
    found = log_ticks(low, low + span, count)
    assert all(low - 1e-6 <= tick <= low + span + 1e-6 for tick in found)
    assert len(found) <= 2 * count + 2


def test_tick_labels_tell_neighbours_apart() -> None:
    ticks = linear_ticks(0.98, 1.0, 5)
    labels = [tick_label(tick, ticks[1] - ticks[0]) for tick in ticks]
    assert len(set(labels)) == len(labels)
    assert [decade_label(x) for x in (-6, -3, -2, -1, 0, 1, 4)] == [
        "1e-6",
        "1e-3",
        "0.01",
        "0.1",
        "1",
        "10",
        "1e4",
    ]
    assert whole_ticks(0, 3, 10) == [0, 1, 2, 3]


@given(st.floats(1, 1e6), st.integers(1, 1_000_000))
def test_the_axis_has_room_for_the_run_and_ends_with_it(step: float, total: int) -> None:
    reach = extent(min(step, total), total)
    assert min(step, total) <= reach <= max(total, step)


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-100, 100, allow_subnormal=False)),
    st.floats(0.05, 0.99),
)
def test_smoothing_is_the_debiased_moving_average(values: np.ndarray, weight: float) -> None:
    steps = np.arange(1.0, len(values) + 1)
    found = Smoother().smooth(steps, values, weight, 0)
    shares = weight ** np.arange(len(values))[::-1]
    expected = (shares * values).sum() / shares.sum()
    assert_allclose(found[-1], expected, rtol=1e-9, atol=1e-9)
    assert_allclose(found[0], values[0], rtol=1e-9, atol=1e-300)


def test_smoothing_goes_on_where_it_was_and_starts_over_for_another_weight() -> None:
    values = np.sin(np.arange(500.0))
    steps = np.arange(1.0, 501)
    whole = Smoother().smooth(steps, values, 0.9, 5_000).copy()
    piecewise = Smoother()
    for end in (10, 200, 500):
        last = piecewise.smooth(steps[:end], values[:end], 0.9, 5_000)
    assert_allclose(last, whole)
    assert not np.allclose(piecewise.smooth(steps, values, 0.5, 5_000), whole)
    assert piecewise.smooth(steps, values, 0.0, 5_000) is values


def test_smoothing_leaves_gaps_as_gaps() -> None:
    values = np.array([1.0, np.nan, 1.0])
    found = Smoother().smooth(np.arange(1.0, 4), values, 0.9, 0)
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(1.0)


SHAPES = [
    (7,),
    (6, 4),
    (64, 5),
    (784, 12),
    (3, 3, 1, 16),
    (3, 3, 8, 4),
    (5, 5, 3, 2),
    (3, 16, 8),
    (1, 1),
    (1, 1, 64, 300),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("image", [None, (8, 8, 1), (28, 28, 1)], ids=str)
def test_a_picture_shows_every_weight_once_and_knows_its_index(shape: tuple[int, ...], image: object) -> None:
    values = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    picture = arrange(values, room=(1_000, 600), image_shape=image)  # type: ignore[arg-type]  # parametrized
    sources = picture.source[picture.source >= 0]
    assert sorted(sources.tolist()) == list(range(values.size))
    assert np.isnan(picture.values[picture.source < 0]).all()
    for row, column in np.argwhere(picture.source >= 0)[::97]:
        index = picture.index_at(row, column)
        assert index is not None
        assert values[index] == picture.values[row, column]
    assert picture.index_at(-1, 0) is None


@pytest.mark.parametrize("shape", [(64, 5), (6, 4), (3, 3, 8, 4)], ids=str)
def test_one_unit_alone_shows_its_own_weights(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    picture = arrange(values, unit=2, image_shape=(8, 8, 1) if shape[0] == 64 else None)
    shown = picture.values[picture.source >= 0]
    assert sorted(shown.tolist()) == sorted(values[..., 2].ravel().tolist())


def test_units_that_do_not_fit_come_in_pages() -> None:
    values = np.zeros((784, 512), np.float32)
    seen: set[int] = set()
    pages = arrange(values, room=(340, 150), image_shape=(28, 28, 1)).pages
    for page in range(pages):
        picture = arrange(values, room=(340, 150), image_shape=(28, 28, 1), page=page)
        seen |= set((picture.source[picture.source >= 0] % 512).tolist())
    assert seen == set(range(512))
    assert pages > 1


@given(
    arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.floats(-1, 1, width=32))
)
def test_a_reduced_picture_keeps_the_weight_that_is_farthest_from_zero(values: np.ndarray) -> None:
    reduced = extremes_image(values, 7, 5)
    assert reduced.shape[0] <= 7
    assert reduced.shape[1] <= 5
    assert np.abs(reduced).max() == np.abs(values).max()


@given(st.floats(1e-12, 1e12))
def test_colour_limits_are_round_and_hold_the_value(largest: float) -> None:
    limit = limit_of(largest)
    assert largest * 0.99999 <= limit <= largest * 2.0


def test_one_large_weight_does_not_pale_the_others() -> None:
    values = np.full(10_000, 0.1)
    values[7] = 50.0
    axis, colors = limits_of(values)
    assert axis == 60.0
    assert colors == pytest.approx(0.1)


def test_histograms_over_time_stay_few_keep_the_first_and_the_latest() -> None:
    history = HistogramHistory()
    for step in range(2_000):
        history.add(("a", "kernel"), Histogram(step, np.ones(3), np.arange(4.0)))
    kept = history.of(("a", "kernel"))
    assert len(kept) <= LIMIT
    assert kept[0].step == 0
    assert kept[-1].step == 1_999
    assert [h.step for h in kept] == sorted(h.step for h in kept)
    history.add(("a", "kernel"), Histogram(0, np.ones(3), np.arange(4.0)))
    assert len(history.of(("a", "kernel"))) == 1


def test_csv_leaves_what_is_not_known_empty_and_keeps_every_digit() -> None:
    text = csv_text(["a", "b"], [[0.1 + 0.2, math.nan], [1, "x,y"]])
    assert text == 'a,b\n0.30000000000000004,\n1,"x,y"\n'
