"""Regularizers: the penalty by its formula, the gradient against differences, and that it is added."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.fields import describe
from engine.regularizers import regularizers
from engine.regularizers.base import Regularizer

VARIANTS: list[tuple[Any, float, float]] = [
    ("l1", 0.01, 0),
    ({"name": "l1", "factor": 0.5}, 0.5, 0),
    ("l2", 0, 0.01),
    ({"name": "l2", "factor": 0.3}, 0, 0.3),
    ("l1_l2", 0.01, 0.01),
    ({"name": "l1_l2", "l1": 0.2, "l2": 0.4}, 0.2, 0.4),
]


@pytest.mark.parametrize(("value", "l1", "l2"), VARIANTS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_penalty_and_gradient(value: Any, l1: float, l2: float, dtype: Any) -> None:
    random = np.random.default_rng(0)
    w = random.standard_normal((4, 3)).astype(dtype)
    before = random.standard_normal((4, 3)).astype(dtype)
    g, kept = before.copy(), w.copy()
    penalty, add = regularizers.get(value).bind(w, g, np.empty_like(w))
    assert penalty() == pytest.approx(l1 * np.abs(w).sum() + l2 * np.square(w).sum(), rel=1e-5)
    assert add is not None
    add()
    np.testing.assert_allclose(g, before + l1 * np.sign(w) + 2 * l2 * w, rtol=1e-5)
    np.testing.assert_array_equal(w, kept)
    assert g.dtype == dtype
    alone, nothing = regularizers.get(value).bind(w, None, np.empty_like(w))
    assert nothing is None
    assert alone() == penalty()


@pytest.mark.parametrize(("value", "l1", "l2"), VARIANTS, ids=str)
def test_survives_a_file(value: Any, l1: float, l2: float) -> None:
    assert regularizers.to_value(regularizers.get(value)) == value


def test_every_regularizer_is_here() -> None:
    assert {regularizers.get(value).NAME for value, *_ in VARIANTS} == set(regularizers.names())


@pytest.mark.parametrize("cls", list(regularizers.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Regularizer]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))
