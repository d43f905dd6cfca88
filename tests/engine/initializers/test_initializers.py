"""Initializers: mean and variance of what they draw, exact values, and what every initializer promises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.core.errors import SettingError
from engine.core.fields import describe
from engine.initializers import initializers
from engine.initializers.base import Initializer, fans_of

RANDOM: list[tuple[Any, float, float]] = [
    ("random_normal", 0, 0.05**2),
    ({"name": "random_normal", "mean": 1.0, "stddev": 2.0}, 1, 4),
    ("random_uniform", 0, 0.1**2 / 12),
    ({"name": "random_uniform", "minval": 1.0, "maxval": 4.0}, 2.5, 9 / 12),
    ("truncated_normal", 0, (0.05 * 0.87962566103423978) ** 2),
    ({"name": "truncated_normal", "mean": -1.0, "stddev": 1.0}, -1, 0.87962566103423978**2),
    ("glorot_normal", 0, 2 / 800),
    ("glorot_uniform", 0, 2 / 800),
    ("he_normal", 0, 2 / 300),
    ("he_uniform", 0, 2 / 300),
    ("lecun_normal", 0, 1 / 300),
    ("lecun_uniform", 0, 1 / 300),
]
FIXED = {"zeros", "ones", "constant", "identity", "orthogonal", "unit_forget_bias", "values"}


def draw(value: Any, shape: tuple[int, ...], seed: int = 0) -> Any:
    return initializers.get(value).sample(shape, fans_of(shape), np.random.default_rng(seed))


@pytest.mark.parametrize(("value", "mean", "variance"), RANDOM, ids=str)
def test_mean_and_variance(value: Any, mean: float, variance: float) -> None:
    w = draw(value, (300, 500))
    assert w.shape == (300, 500)
    assert w.dtype == np.float64
    spread = math.sqrt(variance)
    assert abs(w.mean() - mean) < 5 * spread / math.sqrt(w.size)
    assert w.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(("value", "mean", "variance"), RANDOM, ids=str)
def test_the_stream_decides(value: Any, mean: float, variance: float) -> None:
    np.testing.assert_array_equal(draw(value, (4, 5)), draw(value, (4, 5)))
    assert not np.array_equal(draw(value, (4, 5)), draw(value, (4, 5), seed=1))


def test_every_initializer_is_here() -> None:
    known = {initializers.get(value).NAME for value, *_ in RANDOM}
    assert known | FIXED == set(initializers.names())


@pytest.mark.parametrize("cls", list(initializers.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Initializer]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))
    initializer = cls.validated({})
    assert initializers.get(initializers.to_value(initializer)) == initializer


def test_truncated_normal_has_no_outliers() -> None:
    w = draw({"name": "truncated_normal", "stddev": 1.0}, (100_000,))
    assert 1.99 < np.abs(w).max() <= 2


def test_fans_of_a_convolution() -> None:
    w = draw("he_normal", (3, 3, 50, 200))
    assert w.var() == pytest.approx(2 / (9 * 50), rel=0.02)


def test_fixed_numbers() -> None:
    assert (draw("zeros", (2, 3)) == 0).all()
    assert (draw("ones", (2, 3)) == 1).all()
    assert (draw({"name": "constant", "value": 0.35}, (3,)) == 0.35).all()
    np.testing.assert_array_equal(draw({"name": "identity", "gain": 2.0}, (3, 3)), 2 * np.eye(3))
    with pytest.raises(SettingError, match="two axes"):
        draw("identity", (3,))


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (3, 3, 2, 5)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = draw({"name": "orthogonal", "gain": 1.5}, shape).reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, 1.5**2 * np.eye(len(product)), atol=1e-12)
    with pytest.raises(SettingError, match="two axes"):
        draw("orthogonal", (4,))


def test_values_written_down() -> None:
    given = {"name": "values", "values": [[0.15, 0.25], [0.2, 0.3]]}
    np.testing.assert_array_equal(draw(given, (2, 2)), [[0.15, 0.25], [0.2, 0.3]])
    assert initializers.to_value(initializers.get(given)) == given
    with pytest.raises(SettingError, match="has shape 3 × 2, but the numbers given have 2 × 2"):
        draw(given, (3, 2))
    for wrong in ([[1, 2], [3]], ["a"], [None], [[float("nan")]], [float("inf")]):
        with pytest.raises(SettingError, match="values: "):
            initializers.get({"name": "values", "values": wrong})


def test_bounds_the_wrong_way_round() -> None:
    with pytest.raises(SettingError, match="Swap them"):
        initializers.get({"name": "random_uniform", "minval": 1.0, "maxval": 0.0})


def test_the_forget_gate_begins_open() -> None:
    np.testing.assert_array_equal(draw("unit_forget_bias", (8,)), [0, 0, 1, 1, 0, 0, 0, 0])
    others = draw({"name": "unit_forget_bias", "others": "random_normal"}, (8,))
    assert (others[2:4] == 1).all()
    assert (others[[0, 1, 4, 5, 6, 7]] != 0).all()
    with pytest.raises(SettingError):
        initializers.get({"name": "unit_forget_bias", "others": "nothing"})
