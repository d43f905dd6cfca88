"""What a history keeps of a run, however long the run is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from designer.training.history import Epoch, Mark, RunHistory
from designer.training.layer_series import LayerSeries
from tests.designer.training.fake_worker import Story


def row(step: int, loss: float) -> list[float]:
    return [step, 1, loss, 1e-3, 0.5, 1.0, step * 0.01]


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=200), st.integers(8, 32))
def test_the_best_epoch_is_never_lost(losses: list[float], limit: int) -> None:
    history = RunHistory(epoch_limit=limit)
    for number, loss in enumerate(losses, 1):
        history.add_epoch(Epoch(number, number * 10, {"loss": 1.0}, {"loss": loss}))
    best = int(np.argmin(losses)) + 1
    assert history.best is not None
    assert history.best.epoch == best
    assert best in [epoch.epoch for epoch in history.epochs]
    assert history.epochs[-1].epoch == len(losses)
    assert len(history.epochs) <= limit


def test_without_validation_the_training_loss_decides() -> None:
    history = RunHistory()
    for number, loss in enumerate((3.0, 1.0, 2.0), 1):
        history.add_epoch(Epoch(number, number, {"loss": loss}))
    assert history.best is not None
    assert history.best.epoch == 2


def test_validation_is_only_there_where_it_was_measured() -> None:
    """The first validation point is a real one: an epoch without validation gives none."""
    history = RunHistory()
    history.add_epoch(Epoch(1, 10, {"loss": 2.0}))
    history.add_epoch(Epoch(2, 20, {"loss": 1.0}, {"loss": 1.5}))
    steps, values = history.epoch_values("loss", validation=True)
    assert steps.tolist() == [20]
    assert values.tolist() == [1.5]


def test_a_loss_that_is_not_finite_is_a_gap_with_its_first_step() -> None:
    history = RunHistory()
    history.add_rows(np.array([row(1, 2.0), row(2, np.inf), row(3, np.nan)]))
    assert history.not_finite_step == 2
    assert np.isfinite(history.scalars["loss"]).tolist() == [True, False, False]


def test_a_long_run_stays_within_its_limit_and_keeps_a_spike() -> None:
    history = RunHistory(limit=1_000)
    story = Story(epochs=100, steps_per_epoch=1_000)
    for first in range(1, story.total, 5_000):
        rows = story.rows(first, first + 4_999)
        if first == 20_001:
            rows[17, 2] = 1e5
        history.add_rows(rows)
    assert len(history.scalars) <= 1_000
    assert history.step == 100_000
    assert history.scalars["loss_high"].max() == 1e5


def test_a_mark_at_the_same_step_replaces_the_one_before() -> None:
    history = RunHistory()
    for label in ("a", "b"):
        history.add_mark(Mark(5, label))
    history.add_mark(Mark(6, "c"))
    assert [mark.label for mark in history.marks] == ["b", "c"]


def test_observations_of_layers_join_and_keep_their_extremes() -> None:
    series = LayerSeries(("a", "b"), limit=16)
    for step in range(1, 200):
        series.append(step, {"gradient_rms": {"a": 1.0, "b": 100.0 if step == 33 else 0.5}})
    assert len(series) <= 16
    assert series.high("gradient_rms").max() == 100.0
    assert series.step[-1] == 199
    assert np.isnan(series.latest("update_ratio")).all()
    assert series.latest("gradient_rms").tolist() == [1.0, 0.5]


def test_recent_rows_are_those_of_the_last_steps_but_at_least_some() -> None:
    series = LayerSeries(("a",))
    for step in range(0, 1_000, 10):
        series.append(step, {"gradient_rms": {"a": 1.0}})
    assert series.step[series.recent(200)][0] == 790
    assert len(series.step[series.recent(20)]) == 10
