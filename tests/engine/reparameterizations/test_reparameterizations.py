"""Reparameterizations on plain arrays: formula, gradient against differences, singular values, weights of 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.fields import describe
from engine.layers.base import ParameterSpec
from engine.reparameterizations import reparameterizations
from engine.reparameterizations.base import Reparameterization, Steps, Weights, with_extras

VARIANTS: list[Any] = ["spectral", {"name": "spectral", "power_iterations": 3}, "weight"]
SHAPES = [(4, 3), (2, 3, 2, 5)]


class Rule:
    """A reparameterization bound to random weights and a random gradient of what it makes."""

    def __init__(
        self, value: Any, shape: tuple[int, ...], dtype: Any = np.float64, *, moving: bool = True
    ) -> None:
        random = np.random.default_rng(1)
        rule = reparameterizations.get(value)
        raw = random.standard_normal(shape).astype(dtype)
        specs = rule.parameters(ParameterSpec("kernel", shape, "zeros"))
        extras = {s.name: random.standard_normal(s.shape).astype(dtype) for s in specs}
        rule.start(raw, extras)
        trained = {s.name: np.full(s.shape, np.nan, dtype) for s in specs if s.trainable}
        given = random.standard_normal(shape).astype(dtype)
        self.weights = Weights(
            raw, np.empty_like(raw), extras, moving, given, np.full_like(raw, np.nan), trained
        )
        self.steps: Steps = rule.bind(self.weights)

    def objective(self) -> float:
        self.steps.apply()
        return float(np.vdot(self.weights.effective, self.weights.given))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("value", VARIANTS, ids=str)
def test_gradients_against_central_differences(value: Any, shape: tuple[int, ...]) -> None:
    rule = Rule(value, shape)
    rule.steps.estimate()
    rule.objective()
    assert rule.steps.backward is not None
    rule.steps.backward()
    w = rule.weights
    pairs = [(w.raw, w.gradient), *((w.extras[name], g) for name, g in w.extra_gradients.items())]
    for array, gradient in pairs:
        assert gradient is not None
        flat = array.reshape(-1)
        for index, slope in enumerate(gradient.reshape(-1)):
            kept = flat[index]
            flat[index] = kept + 1e-6
            above = rule.objective()
            flat[index] = kept - 1e-6
            below = rule.objective()
            flat[index] = kept
            assert slope == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_singular_value_becomes_one(shape: tuple[int, ...], dtype: Any) -> None:
    rule = Rule("spectral", shape, dtype)
    largest = np.linalg.svd(rule.weights.raw.reshape(-1, shape[-1]), compute_uv=False)[0]
    for _ in range(60):
        rule.steps.estimate()
    rule.steps.apply()
    np.testing.assert_allclose(rule.weights.effective, rule.weights.raw / largest, rtol=1e-4)


def test_several_axes_may_be_the_outputs() -> None:
    for name in ("spectral", "weight"):
        spec = ParameterSpec("kernel", (4, 2, 3), "zeros", reparameterization=name, outputs=2)
        rule = reparameterizations.get(name)
        (own,) = rule.parameters(spec)
        assert own.shape == (6,)
        raw = np.random.default_rng(0).standard_normal(spec.shape)
        effective, extras = np.empty_like(raw), {own.name: np.ones(6)}
        rule.start(raw, extras)
        steps = rule.bind(Weights(raw, effective, extras, moving=True))
        for _ in range(50):
            steps.estimate()
        steps.apply()
        largest = np.linalg.svd(raw.reshape(4, 6), compute_uv=False)[0] if name == "spectral" else 1
        np.testing.assert_allclose(effective, raw / largest, rtol=1e-4)


def test_the_kept_vector_stays_where_nothing_moves() -> None:
    rule = Rule("spectral", (5, 4), moving=False)
    (u,) = rule.weights.extras.values()
    before = u.copy()
    rule.steps.estimate()
    rule.steps.apply()
    assert np.array_equal(u, before)
    matrix = rule.weights.raw
    np.testing.assert_allclose(rule.weights.effective, matrix / np.linalg.norm(matrix @ u), rtol=1e-12)


@pytest.mark.parametrize("value", VARIANTS, ids=str)
def test_weights_of_zero_stay_zero(value: Any) -> None:
    rule = Rule(value, (3, 2))
    rule.weights.raw[...] = 0
    for _ in range(2):
        rule.steps.estimate()
        rule.steps.apply()
    assert np.array_equal(rule.weights.effective, np.zeros((3, 2)))
    assert all(np.isfinite(array).all() for array in rule.weights.extras.values())


def test_weight_normalization_begins_with_the_weights_as_drawn() -> None:
    rule = Rule("weight", (4, 3))
    rule.steps.apply()
    np.testing.assert_allclose(rule.weights.effective, rule.weights.raw)
    (g,) = rule.weights.extras.values()
    g *= 2
    rule.steps.apply()
    np.testing.assert_allclose(rule.weights.effective, 2 * rule.weights.raw)


def test_names_of_the_further_arrays_begin_with_the_weights() -> None:
    spec = ParameterSpec("kernel", (4, 3), "zeros", reparameterization="spectral")
    plain = ParameterSpec("bias", (3,), "zeros")
    names = [s.name for s in with_extras((spec, plain))]
    assert names == ["kernel", "kernel_singular_vector", "bias"]


@pytest.mark.parametrize("value", VARIANTS, ids=str)
def test_survives_a_file(value: Any) -> None:
    assert reparameterizations.to_value(reparameterizations.get(value)) == value


@pytest.mark.parametrize("cls", list(reparameterizations.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Reparameterization]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert "Source:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))
