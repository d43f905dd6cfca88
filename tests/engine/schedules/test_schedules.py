"""Schedules: the factors at chosen steps, and what every schedule promises."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.core.errors import SettingError
from engine.core.fields import describe
from engine.schedules import schedules
from engine.schedules.base import Response, Schedule

EXPECTED: list[tuple[Any, dict[int, float]]] = [
    ("constant", {0: 1, 500: 1, 999: 1}),
    ("step", {0: 1, 99: 1, 100: 0.5, 199: 0.5, 200: 0.25}),
    ({"name": "step", "step_size": 30, "drop": 0.1}, {299: 1, 300: 0.1, 600: 0.01}),
    ("exponential", {0: 1, 10: 0.96, 25: 0.96**2.5}),
    (
        {"name": "exponential", "decay_rate": 0.5, "decay_epochs": 2.0, "staircase": True},
        {19: 1, 20: 0.5, 45: 0.25},
    ),
    ("inverse_time", {0: 1, 100: 1 / 2, 200: 1 / 3, 50: 1 / 1.5}),
    ({"name": "inverse_time", "decay_epochs": 1.0, "staircase": True}, {9: 1, 10: 1 / 2, 29: 1 / 3}),
    ("cosine", {0: 1, 500: 0.5, 1000: 0, 250: (1 + math.cos(math.pi / 4)) / 2, 2000: 0}),
    ({"name": "cosine", "alpha": 0.1}, {0: 1, 500: 0.55, 1000: 0.1}),
    ("warm_up", {0: 0.01, 49: 0.5, 99: 1, 100: 1, 900: 1}),
    (
        {"name": "warm_up", "warmup_steps": 200, "then": "cosine"},
        {0: 1 / 200, 199: 1, 200: 1, 600: 0.5, 1000: 0},
    ),
    ("polynomial", {0: 1, 250: 0.75, 1000: 0, 3000: 0}),
    ({"name": "polynomial", "power": 2.0, "alpha": 0.2}, {0: 1, 500: 0.4, 1000: 0.2}),
    ("piecewise", {0: 1, 99: 1, 100: 0.1, 199: 0.1, 200: 0.01, 900: 0.01}),
    ({"name": "piecewise", "boundaries": [0.5, 3], "values": [0.2]}, {0: 0.2, 5: 0.2, 999: 0.2}),
    ({"name": "piecewise", "boundaries": [], "values": [0.5, 1]}, {0: 0.5, 999: 0.5}),
    ("cosine_restarts", {0: 1, 50: 0.5, 100: 1, 200: 0.5, 300: 1, 500: 0.5, 700: 1}),
    (
        {"name": "cosine_restarts", "first_period": 20.0, "t_mul": 1.0, "m_mul": 0.5, "alpha": 0.1},
        {0: 1, 100: 0.55, 200: 0.1 + 0.9 * 0.5, 300: 0.1 + 0.45 * 0.5, 400: 0.1 + 0.9 * 0.25},
    ),
    ("one_cycle", {0: 1 / 25, 299: 1, 999: 4e-6, 2000: 4e-6}),
    (
        {
            "name": "one_cycle",
            "warmup_part": 0.5,
            "start_divisor": 10.0,
            "end_divisor": 1.0,
            "shape": "linear",
        },
        {0: 0.1, 499: 1, 749: 0.55, 999: 0.1},
    ),
    ("reduce_on_plateau", {0: 1, 999: 1}),
]
CONTINUOUS = ("constant", "cosine", "exponential", "inverse_time", "one_cycle", "polynomial", "warm_up")


@pytest.mark.parametrize(("value", "factors"), EXPECTED, ids=str)
def test_factors(value: Any, factors: dict[int, float]) -> None:
    schedule = schedules.get(value)
    for step, factor in factors.items():
        assert schedule.factor(step, 10, 1000) == pytest.approx(factor, abs=1e-12), step


@pytest.mark.parametrize(("value", "factors"), EXPECTED, ids=str)
def test_is_a_factor_at_every_step(value: Any, factors: dict[int, float]) -> None:
    schedule = schedules.get(value)
    for steps_per_epoch, total in ((1, 1), (7, 300), (1000, 10)):
        for step in range(total):
            factor = schedule.factor(step, steps_per_epoch, total)
            assert isinstance(factor, float)
            assert 0 <= factor <= 1
    assert schedules.get(schedules.to_value(schedule)) == schedule


def test_every_schedule_is_here() -> None:
    assert {schedules.get(value).NAME for value, _ in EXPECTED} == set(schedules.names())


@pytest.mark.parametrize("cls", list(schedules.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Schedule]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))


def test_warm_up_refuses_an_unknown_follower() -> None:
    with pytest.raises(SettingError, match="There is no schedule called 'hot'"):
        schedules.get({"name": "warm_up", "then": "hot"})


@pytest.mark.parametrize("name", CONTINUOUS)
def test_runs_without_a_jump(name: str) -> None:
    schedule = schedules.get(name)
    factors = [schedule.factor(step, 10, 1000) for step in range(1000)]
    assert max(abs(a - b) for a, b in pairwise(factors)) < 0.011


@pytest.mark.parametrize("growth", [1.0, 1.001, 1.3, 2.0, 3.0, 100.0])
@pytest.mark.parametrize("period", [1.0, 0.7, 13.0])
def test_every_restart_begins_at_its_top(growth: float, period: float) -> None:
    """The place of a restart is found by a logarithm, which is not exact."""
    schedule: Any = schedules.get({"name": "cosine_restarts", "t_mul": growth, "first_period": period})
    begin = 0.0
    for restart in range(5 if growth > 50 else 12):
        assert schedule.factor(begin * period * 7 + 1e-6, 7, 100) == pytest.approx(1, abs=1e-6), restart
        assert schedule.factor(begin * period * 7 + growth**restart * period * 3.5, 7, 100) == pytest.approx(
            0.5
        )
        begin += growth**restart


@pytest.mark.parametrize(
    ("value", "theirs", "settings"),
    [
        ("one_cycle", "OneCycleLR", {"total_steps": 60, "cycle_momentum": False}),
        (
            {"name": "one_cycle", "shape": "linear", "warmup_part": 0.4, "end_divisor": 10.0},
            "OneCycleLR",
            {
                "total_steps": 60,
                "cycle_momentum": False,
                "anneal_strategy": "linear",
                "pct_start": 0.4,
                "final_div_factor": 10.0,
            },
        ),
        (
            {"name": "cosine_restarts", "first_period": 2.0},
            "CosineAnnealingWarmRestarts",
            {"T_0": 8, "T_mult": 2},
        ),
        ("cosine", "CosineAnnealingLR", {"T_max": 60}),
        ({"name": "polynomial", "power": 1.5}, "PolynomialLR", {"total_iters": 60, "power": 1.5}),
    ],
    ids=str,
)
def test_agrees_with_pytorch(value: Any, theirs: str, settings: Any) -> None:
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    if theirs == "OneCycleLR":
        settings = {"max_lr": 1.0, **settings}
    scheduler = getattr(torch.optim.lr_scheduler, theirs)(optimizer, **settings)
    schedule = schedules.get(value)
    for step in range(60):
        assert schedule.factor(step, 4, 60) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-9), step
        optimizer.step()
        scheduler.step()


def factors_after(schedule: Schedule, scores: list[float]) -> list[float]:
    response, factors = Response(), []
    for score in scores:
        # Through a file and back, as a held run is.
        response = Response.validated(json.loads(json.dumps(response.to_data(), allow_nan=False)))
        response = schedule.respond(response, score)
        factors.append(response.factor)
    return factors


def test_a_plateau_drops_the_rate() -> None:
    schedule = schedules.get({"name": "reduce_on_plateau", "patience": 2, "drop": 0.5})
    scores = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.4, math.nan, math.inf]
    assert factors_after(schedule, scores) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.125]


def test_a_plateau_cools_down_and_ends_at_the_minimum() -> None:
    schedule = schedules.get(
        {"name": "reduce_on_plateau", "patience": 1, "drop": 0.1, "cooldown": 2, "minimum": 0.05}
    )
    assert factors_after(schedule, [1.0] * 7) == [1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]


def test_a_plateau_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(3)
    scores = (np.exp(-np.arange(80) / 15) + 0.05 * random.random(80)).tolist()
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.3, patience=2, threshold=1e-3, threshold_mode="abs", min_lr=1e-3, eps=0
    )
    schedule = schedules.get(
        {"name": "reduce_on_plateau", "drop": 0.3, "patience": 3, "min_delta": 1e-3, "minimum": 1e-3}
    )
    wanted = []
    for score in scores:
        scheduler.step(score)
        wanted.append(optimizer.param_groups[0]["lr"])
    assert factors_after(schedule, scores) == pytest.approx(wanted)
    assert wanted[-1] < 0.1


def test_a_schedule_after_the_warm_up_hears_of_the_run() -> None:
    inner = {"name": "reduce_on_plateau", "patience": 1, "drop": 0.5}
    assert factors_after(schedules.get({"name": "warm_up", "then": inner}), [1.0, 1.0]) == [1, 0.5]
    assert factors_after(schedules.get("cosine"), [1.0, 1.0]) == [1, 1]


@pytest.mark.parametrize("settings", [{"boundaries": [5, 2]}, {"values": []}, {"values": [-1]}], ids=str)
def test_a_table_that_makes_no_sense_is_refused(settings: Any) -> None:
    with pytest.raises(SettingError, match="Received"):
        schedules.get({"name": "piecewise", **settings})
