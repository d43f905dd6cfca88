"""Metrics: figures worked out by hand, every form of target, and sums that add up over batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.core.fields import describe
from engine.metrics import metrics
from engine.metrics.base import Metric
from engine.metrics.confusion_matrix import ConfusionMatrix

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.5, 0.3], [0.4, 0.35, 0.25]], np.float32)
CLASSES = np.array([0, 1, 1, 2])
ONE_HOT = np.eye(3, dtype=np.float32)[CLASSES]


def figure(value: Any, p: Any, t: Any) -> float:
    metric = metrics.get(value)
    return metric.result(metric.measure(np.asarray(p), np.asarray(t)))


@pytest.mark.parametrize("target", [CLASSES, ONE_HOT, CLASSES[:, None]], ids=["numbers", "one-hot", "column"])
def test_classification(target: Any) -> None:
    assert figure("accuracy", P, target) == 0.5
    assert figure({"name": "top_k", "k": 1}, P, target) == 0.5
    assert figure({"name": "top_k", "k": 2}, P, target) == 0.75
    assert figure("top_k", P, target) == 1
    metric = ConfusionMatrix()
    sums = metric.measure(P, target)
    np.testing.assert_array_equal(metric.matrix(sums), [[1, 0, 0], [0, 1, 1], [1, 0, 0]])
    assert metric.result(sums) == 0.5


@pytest.mark.parametrize(
    "target", [[0, 1, 1, 0], [[0], [1], [1], [0]], [[0.0], [1.0], [1.0], [0.0]]], ids=str
)
def test_one_output_is_two_classes(target: Any) -> None:
    p = np.array([[0.1], [0.5], [0.4], [0.9]])
    assert figure("accuracy", p, target) == 0.5
    assert figure({"name": "top_k", "k": 1}, p, target) == 0.5
    metric = ConfusionMatrix()
    np.testing.assert_array_equal(metric.matrix(metric.measure(p, np.array(target))), [[1, 1], [1, 1]])


def test_each_output_a_question() -> None:
    p, t = [[0.9, 0.2], [0.6, 0.7]], [[1, 0], [0, 1]]
    assert figure("binary_accuracy", p, t) == 0.75
    assert figure({"name": "binary_accuracy", "threshold": 0.65}, p, t) == 1


def test_sequences_count_every_step() -> None:
    p = np.stack([P, P[::-1]])
    t = np.stack([CLASSES, CLASSES[::-1]])
    assert figure("accuracy", p, t) == 0.5


def test_regression() -> None:
    p, t = np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [3.0], [2.0]])
    assert figure("mean_absolute_error", p, t) == pytest.approx(1)
    assert figure("root_mean_squared_error", p, t) == pytest.approx(math.sqrt(5 / 3))
    assert figure("r_squared", p, t) == pytest.approx(1 - 5 / 2)
    assert figure("r_squared", t, t) == 1
    assert figure("mean_absolute_error", p, t[:, 0]) == pytest.approx(1)


def test_r_squared_averages_over_outputs_and_survives_flat_targets() -> None:
    t = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    p = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    assert figure("r_squared", p, t) == 1
    p[0, 1] = 6
    assert figure("r_squared", p, t) == 0.5
    years = np.array([[2000.0], [2001.0], [2002.0], [2003.0]])
    assert figure("r_squared", years + 0.5, years) == pytest.approx(1 - 4 * 0.25 / 5)


@pytest.mark.parametrize("name", metrics.names())
def test_sums_add_up(name: str) -> None:
    random = np.random.default_rng(1)
    metric = metrics.get(name)
    p = random.random((50, 4)).astype(np.float32)
    t: Any = random.integers(0, 4, 50) if metric.TASK == "classification" else random.random((50, 4))
    if name == "binary_accuracy":
        t = random.integers(0, 2, (50, 4))
    whole = metric.measure(p, t)
    assert whole.dtype == np.float64
    assert whole.ndim == 1
    parts = metric.measure(p[:20], t[:20]) + metric.measure(p[20:], t[20:])
    assert metric.result(parts) == pytest.approx(metric.result(whole), rel=1e-12)
    assert math.isnan(metric.result(np.zeros_like(whole)))


@pytest.mark.parametrize("cls", list(metrics.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Metric]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert "Sums:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))
    metric = cls.validated({})
    assert metrics.get(metrics.to_value(metric)) == metric
