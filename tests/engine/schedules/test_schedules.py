"""Schedules: the factors at chosen steps, and what every schedule promises."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.core.errors import SettingError
from engine.core.fields import describe
from engine.schedules import schedules
from engine.schedules.base import Schedule

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
]


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
