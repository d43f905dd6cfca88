"""What every activation promises; a new one is found by itself."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from engine.activations import activations
from engine.activations.base import Activation
from engine.activations.error_function import bind_erf
from engine.core.fields import describe

CLASSES = list(activations.classes.values())
VARIANTS: list[Activation] = [cls() for cls in CLASSES] + [
    activations.get({"name": "leaky_relu", "negative_slope": 0.01}),
    activations.get({"name": "leaky_relu", "negative_slope": 0.0}),
    activations.get({"name": "elu", "alpha": 0.3}),
    activations.get({"name": "elu", "alpha": 2.0}),
    activations.get({"name": "gelu", "approximate": True}),
    activations.get({"name": "celu", "alpha": 2.0}),
]


def reference(activation: Activation) -> Any:
    """Return the formula for one number, written for the eye."""
    a: Any = activation
    normal = lambda x: (1 + math.erf(x / math.sqrt(2))) / 2  # noqa: E731
    bent = lambda x: (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2  # noqa: E731
    return {
        "linear": lambda x: x,
        "heaviside": lambda x: 0.5 * (1 + math.copysign(1, x)) if x else 0.5,
        "relu": lambda x: max(0, x),
        "leaky_relu": lambda x: x if x > 0 else a.negative_slope * x,
        "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
        "tanh": math.tanh,
        "elu": lambda x: x if x > 0 else a.alpha * math.expm1(x),
        "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
        "softplus": lambda x: math.log1p(math.exp(x)),
        "softsign": lambda x: x / (1 + abs(x)),
        "swish": lambda x: x / (1 + math.exp(-x)),
        "gelu": lambda x: x * (bent(x) if a.approximate else normal(x)),
        "relu6": lambda x: min(max(0, x), 6),
        "hard_sigmoid": lambda x: min(max(0, x / 6 + 0.5), 1),
        "hard_silu": lambda x: x * min(max(0, x / 6 + 0.5), 1),
        "celu": lambda x: x if x > 0 else a.alpha * math.expm1(x / a.alpha),
        "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    }.get(a.NAME)


def name_of(activation: Activation) -> str:
    return str(activations.to_value(activation))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Activation]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert cls.DERIVATIVE
    assert all(field.description.endswith(".") for field in describe(cls))


@pytest.mark.parametrize("activation", VARIANTS, ids=name_of)
def test_survives_a_file(activation: Activation) -> None:
    assert activations.get(activations.to_value(activation)) == activation


@pytest.mark.parametrize("activation", [a for a in VARIANTS if a.ELEMENTWISE], ids=name_of)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-14), (np.float32, 1e-6)])
def test_follows_its_formula(activation: Activation, dtype: Any, tolerance: float) -> None:
    x = np.linspace(-12, 12, 961).astype(dtype)
    f = reference(activation)
    assert f is not None, "give a new activation its formula in this file"
    wanted = np.array([f(float(v)) for v in x])
    y = activation.value(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, wanted, rtol=4 * tolerance, atol=tolerance)


@pytest.mark.parametrize("activation", VARIANTS, ids=name_of)
def test_derivative(activation: Activation) -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((7, 5)) * 2
    for kink in activation.KINKS:
        x[np.abs(x - kink) < 1e-3] += 0.01
    dy = random.standard_normal(x.shape)
    y, dx, step = np.empty_like(x), np.full_like(x, np.nan), 1e-5
    kernel = activation.bind(x, y, dy, dx)
    kernel.forward()
    if kernel.backward is None:
        assert (activation.derivative(x) == 0).all()
        return
    kernel.backward()
    differences = np.empty_like(x)
    for index in np.ndindex(*x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        differences[index] = np.vdot(activation.value(above) - activation.value(below), dy) / (2 * step)
    scale = np.maximum(np.abs(dx), 1e-4 * np.abs(dx).max())
    assert (np.abs(dx - differences) / scale).max() < 1e-6


@pytest.mark.parametrize("activation", VARIANTS, ids=name_of)
@pytest.mark.parametrize("shape", [(2, 3), (40, 300), (300, 16, 24)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_its_inputs_and_may_work_in_place(activation: Activation, shape: Any, dtype: Any) -> None:
    random = np.random.default_rng(1)
    x = random.standard_normal(shape).astype(dtype)
    dy = random.standard_normal(shape).astype(dtype)
    y, dx, kept, given = np.empty_like(x), np.empty_like(x), x.copy(), dy.copy()
    kernel = activation.bind(x, y, dy, dx)
    kernel.forward()
    result = y.copy()
    if kernel.backward is not None:
        kernel.backward()
        np.testing.assert_array_equal(dy, given)
        kernel.forward()
        kernel.backward()
        place = dy.copy()
        again = activation.bind(x, y, place, place)
        again.forward()
        assert again.backward is not None
        again.backward()
        np.testing.assert_array_equal(place, dx)
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(y, result)


@pytest.mark.parametrize("activation", VARIANTS, ids=name_of)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_numbers_overflow_nowhere(activation: Activation, dtype: Any) -> None:
    x = np.array([[-3e37, -1e4, -800.0, -90.0, -0.0], [0.0, 90.0, 800.0, 1e4, 3e37]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.isfinite(activation.value(x)).all()
        assert np.isfinite(activation.derivative(x)).all()


@pytest.mark.parametrize("activation", VARIANTS, ids=name_of)
def test_allocates_nothing_while_it_runs(activation: Activation) -> None:
    x = np.ones((500, 1000), np.float32)
    y, dy, dx = np.empty_like(x), np.ones_like(x), np.empty_like(x)
    kernel = activation.bind(x, y, dy, dx)
    kernel.forward()
    tracemalloc.start()
    try:
        kernel.forward()
        if kernel.backward is not None:
            kernel.backward()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 400_000


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 2e-15), (np.float32, 5e-7)])
def test_error_function(dtype: Any, tolerance: float) -> None:
    x = np.concatenate([np.linspace(-8, 8, 40001), [1e-30, 1e-10, 30.0, -1e30]]).astype(dtype)
    y = np.empty_like(x)
    bind_erf(x, y, np.empty_like(x), np.empty_like(x))()
    np.testing.assert_allclose(y, [math.erf(v) for v in x.astype(float)], rtol=tolerance, atol=0)


def test_softmax_is_a_distribution() -> None:
    x = np.random.default_rng(0).standard_normal((6, 4)) * 10
    y = activations["softmax"]().value(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1)
    np.testing.assert_allclose(y, np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True))


def test_the_textbook_step() -> None:
    """net 0.3775 gives 0.593269992, whose derivative is 0.241300709 (the worked example of back-propagation)."""
    sigmoid = activations["sigmoid"]()
    x = np.array([0.3775])
    assert sigmoid.value(x)[0] == pytest.approx(0.593269992, abs=5e-10)
    assert sigmoid.derivative(x)[0] == pytest.approx(0.241300709, abs=5e-10)


@pytest.mark.parametrize("size", [1.0, 30.0, 1e4, 1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_of_small_and_large_numbers(size: float, dtype: Any) -> None:
    x = (np.random.default_rng(0).standard_normal((50, 7)) * size).astype(dtype)
    wide = x.astype(np.float64)
    expected = np.exp(wide - wide.max(axis=-1, keepdims=True))
    expected /= expected.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(activations["softmax"]().value(x), expected, rtol=1e-5, atol=1e-30)


def test_gelu_in_single_precision() -> None:
    x = np.concatenate([np.linspace(-9, 9, 90_001), [1e4, -1e4, 1e30, -1e30]]).astype(np.float32)
    expected = [v * math.erfc(-v / math.sqrt(2)) / 2 for v in x.astype(float)]
    np.testing.assert_allclose(activations["gelu"]().value(x), expected, rtol=3e-7, atol=6e-7)
    np.testing.assert_array_equal(activations["gelu"]().value(x[::-1])[::-1], activations["gelu"]().value(x))
