"""What every loss promises, alone and together with its activation; a new one is found by itself."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.activations import activations
from engine.core.errors import DataError
from engine.core.fields import describe
from engine.losses import losses
from engine.losses.base import Loss

Array = NDArray[Any]
CLASSES = list(losses.classes.values())
VARIANTS: list[Loss] = [cls() for cls in CLASSES] + [
    losses.get(value)
    for value in (
        {"name": "huber", "delta": 0.3},
        {"name": "binary_crossentropy", "label_smoothing": 0.2},
        {"name": "categorical_crossentropy", "label_smoothing": 0.1},
        {"name": "sparse_categorical_crossentropy", "label_smoothing": 0.3},
    )
]
FUSED = [(loss, activation) for loss in VARIANTS for activation in loss.FUSES_WITH]
SHAPES = [(5, 4), (3, 2, 4), (1, 3)]


def name_of(loss: Loss) -> str:
    return str(losses.to_value(loss))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def problem(loss: Loss, shape: tuple[int, ...], dtype: Any = np.float64) -> tuple[Array, Array]:
    """Return logits or values, and targets that suit the loss."""
    random = np.random.default_rng(3)
    z = random.standard_normal(shape).astype(dtype)
    if loss.TARGET == "index":
        return z, random.integers(0, shape[-1], shape[:-1])
    if loss.TARGET == "one_hot":
        return z, np.eye(shape[-1], dtype=dtype)[random.integers(0, shape[-1], shape[:-1])]
    if "sigmoid" in loss.FUSES_WITH:
        return z, random.integers(0, 2, shape).astype(dtype)
    return z, (z + random.standard_normal(shape)).astype(dtype)


def squeeze(loss: Loss, z: Array) -> Array:
    """Return predictions of the kind that the loss is for."""
    if "softmax" in loss.FUSES_WITH:
        return softmax(z)
    if "sigmoid" in loss.FUSES_WITH:
        return np.asarray(1 / (1 + np.exp(-z)))
    return z


def formula(loss: Any, p: Array, t: Array) -> float:
    """Return the loss as its docstring writes it."""
    rows, smoothing = p.size // p.shape[-1], getattr(loss, "label_smoothing", 0.0)
    if loss.TARGET == "index":
        t = np.eye(p.shape[-1])[t]
    t = t * (1 - smoothing) + smoothing / (2 if loss.NAME == "binary_crossentropy" else p.shape[-1])
    absolute = np.abs(p - t)
    inner = np.where(absolute <= getattr(loss, "delta", 1), absolute**2 / 2, 0)
    delta = getattr(loss, "delta", 1.0)
    outer = np.where(absolute > delta, delta * absolute - delta**2 / 2, 0)
    probable = np.clip(p, 1e-12, 1 - 1e-12)
    return {
        "mean_squared_error": lambda: np.mean(absolute**2),
        "half_squared_error": lambda: np.sum(absolute**2) / 2 / len(p),
        "mean_absolute_error": lambda: np.mean(absolute),
        "huber": lambda: np.mean(inner + outer),
        "hinge": lambda: np.mean(np.maximum(0, 1 - t * p)),
        "wasserstein": lambda: -np.mean(t * p),
        "log_cosh": lambda: np.mean(np.log(np.cosh(p - t))),
        "kl_divergence": lambda: np.sum(t * np.log(np.clip(t, 1e-7, 1) / probable)) / rows,
        "cosine_similarity": lambda: (
            -np.mean(np.sum(p * t, -1) / np.linalg.norm(p, axis=-1) / np.linalg.norm(t, axis=-1))
        ),
        "categorical_crossentropy": lambda: -np.sum(t * np.log(probable)) / rows,
        "sparse_categorical_crossentropy": lambda: -np.sum(t * np.log(probable)) / rows,
        "binary_crossentropy": lambda: -np.mean(t * np.log(probable) + (1 - t) * np.log(1 - probable)),
    }[loss.NAME]()


def differences(value: Any, array: Array, step: float = 1e-5) -> Array:
    result = np.empty_like(array)
    for index in np.ndindex(*array.shape):
        kept = array[index]
        array[index] = kept + step
        above = value()
        array[index] = kept - step
        below = value()
        array[index] = kept
        result[index] = (above - below) / (2 * step)
    return result


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Loss]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert "Shapes:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert cls.TARGET in ("values", "one_hot", "index")
    assert all(field.description.endswith(".") for field in describe(cls))


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
def test_survives_a_file(loss: Loss) -> None:
    assert losses.get(losses.to_value(loss)) == loss


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value(loss: Loss, shape: Any, dtype: Any) -> None:
    z, t = problem(loss, shape, dtype)
    p = np.ascontiguousarray(squeeze(loss, z), dtype)
    assert loss.target_shape(shape[1:]) == t.shape[1:]
    value = loss.bind(p, t, None).value()
    assert isinstance(value, float)
    assert value == pytest.approx(
        formula(loss, p.astype(float), t), rel=1e-5 if dtype == np.float32 else 1e-12
    )
    for activation in loss.FUSES_WITH:
        fused = loss.bind_fused(activation, z, p, t, None).value()
        assert fused == pytest.approx(value, rel=1e-5 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradient(loss: Loss, shape: Any) -> None:
    z, t = problem(loss, shape)
    p = squeeze(loss, z).copy()
    gradient = np.full_like(p, np.nan)
    kernel = loss.bind(p, t, gradient)
    kernel.value()
    assert kernel.backward is not None
    kernel.backward()
    wanted = differences(kernel.value, p)
    assert np.abs(gradient - wanted).max() < 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize(("loss", "activation"), FUSED, ids=str)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_with_its_activation(loss: Loss, activation: str, shape: Any) -> None:
    z, t = problem(loss, shape)
    p = np.empty_like(z)
    apply = activations[activation]().bind(z, p, None, None).forward
    gradient = np.full_like(p, np.nan)
    kernel = loss.bind_fused(activation, z, p, t, gradient)

    def value() -> float:
        apply()
        return kernel.value()

    value()
    assert kernel.backward is not None
    kernel.backward()
    wanted = differences(value, z)
    assert np.abs(gradient - wanted).max() < 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_count_what_their_weights_say(loss: Loss, shape: Any) -> None:
    """The weighted loss is the sum of the rows' own losses, and its gradient is that of this sum, also with logits."""
    z, t = problem(loss, shape)
    p, weights = squeeze(loss, z).copy(), np.full(shape[:-1], np.nan)
    gradient = np.full_like(p, np.nan)
    kernel = loss.bind(p, t, gradient, weights)
    weights[...] = np.random.default_rng(1).uniform(0, 2, shape[:-1])
    weights.reshape(-1)[0] = 0
    alone = [loss.bind(p[row][None], t[row][None], None).value() for row in np.ndindex(*shape[:-1])]
    assert kernel.value() == pytest.approx(float(np.dot(alone, weights.reshape(-1))), rel=1e-9)
    assert kernel.backward is not None
    kernel.backward()
    wanted = differences(kernel.value, p)
    assert np.abs(gradient - wanted).max() <= 1e-6 * np.abs(wanted).max()
    assert (gradient.reshape(-1, shape[-1])[0] == 0).all()
    for activation in loss.FUSES_WITH:
        apply = activations[activation]().bind(z, p, None, None).forward
        fused = loss.bind_fused(activation, z, p, t, gradient, weights)
        apply()
        assert fused.value() == pytest.approx(kernel.value(), rel=1e-9)
        assert fused.backward is not None
        fused.backward()
        wanted = differences(lambda: (apply(), fused.value())[1], z)  # noqa: B023 - called at once
        assert np.abs(gradient - wanted).max() <= 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_weights_are_no_weights(loss: Loss, dtype: Any) -> None:
    z, t = problem(loss, (6, 5), dtype)
    p = np.ascontiguousarray(squeeze(loss, z), dtype)
    weights, gradients = np.full(6, 1 / 6, dtype), (np.empty_like(p), np.empty_like(p))
    kernels = loss.bind(p, t, gradients[0]), loss.bind(p, t, gradients[1], weights)
    tolerance = 2e-6 if dtype == np.float32 else 1e-14
    assert kernels[1].value() == pytest.approx(kernels[0].value(), rel=tolerance)
    for kernel in kernels:
        assert kernel.backward is not None
        kernel.backward()
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=10 * tolerance, atol=tolerance)


@pytest.mark.parametrize(("loss", "activation"), FUSED, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 30.0])
def test_extreme_logits_stay_finite(loss: Loss, activation: str, dtype: Any, size: float) -> None:
    z, t = problem(loss, (8, 4), dtype)
    z[...] = np.where(np.arange(32).reshape(8, 4) % 3 == 0, size, -size)
    p, gradient = np.empty_like(z), np.empty_like(z)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        activations[activation]().bind(z, p, None, None).forward()
        kernel = loss.bind_fused(activation, z, p, t, gradient)
        value = kernel.value()
        assert kernel.backward is not None
        kernel.backward()
        assert 0 <= value < 1.1e4 * 4
        assert np.isfinite(gradient).all()
        plain = loss.bind(p, t, gradient)
        assert np.isfinite(plain.value())
        assert plain.backward is not None
        plain.backward()
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sure_and_right_answer_costs_nothing(dtype: Any) -> None:
    """Sums of large terms that cancel would leave rounding noise, even a loss below 0."""
    random = np.random.default_rng(0)
    t = random.integers(0, 2, (1000, 3)).astype(dtype)
    z = ((2 * t - 1) * random.uniform(30, 300, t.shape)).astype(dtype)
    p = activations["sigmoid"]().value(z)
    value = losses["binary_crossentropy"]().bind_fused("sigmoid", z, p, t, None).value()
    assert 0 <= value < 1e-12


@pytest.mark.parametrize("wrong", [3, -1, 10**12])
def test_a_class_that_is_not_there(wrong: int) -> None:
    p, t = np.full((4, 3), 1 / 3), np.array([0, 1, wrong, 2])
    for kernel in (
        losses["sparse_categorical_crossentropy"]().bind(p, t, None),
        losses["sparse_categorical_crossentropy"]().bind_fused("softmax", p, p, t, None),
    ):
        with pytest.raises(DataError, match=f"class number {wrong}, but the network predicts 3 classes"):
            kernel.value()


@pytest.mark.parametrize("loss", VARIANTS, ids=name_of)
def test_allocates_nothing_while_it_runs(loss: Loss) -> None:
    z, t = problem(loss, (50_000, 10), np.float32)
    p, gradient = np.ascontiguousarray(squeeze(loss, z), np.float32), np.empty_like(z)
    kernels = [
        kernel
        for weights in (None, np.full(len(p), 1 / len(p), np.float32))
        for kernel in (
            loss.bind(p, t, gradient, weights),
            *(loss.bind_fused(a, z, p, t, gradient, weights) for a in loss.FUSES_WITH),
        )
    ]
    for kernel in kernels:
        assert kernel.backward is not None
        kernel.value()
        tracemalloc.start()
        try:
            kernel.value()
            kernel.backward()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 400_000


def test_the_textbook_step() -> None:
    """E = 0.298371109 for outputs .75136507, .772928465 and targets .01, .99 (the worked example)."""
    p, t, gradient = np.array([[0.75136507, 0.772928465]]), np.array([[0.01, 0.99]]), np.empty((1, 2))
    kernel = losses["half_squared_error"]().bind(p, t, gradient)
    assert kernel.value() == pytest.approx(0.298371109, abs=5e-10)
    assert kernel.backward is not None
    kernel.backward()
    np.testing.assert_allclose(gradient, [[0.74136507, -0.217071535]], atol=5e-10)


def test_hinge_takes_a_target_of_0_for_minus_1() -> None:
    p, gradient = np.array([[0.3], [-2.0], [0.5]]), np.empty((3, 1))
    for targets in ([[0.0], [0.0], [1.0]], [[-1.0], [-1.0], [1.0]]):
        kernel = losses["hinge"]().bind(p, np.array(targets), gradient)
        assert kernel.value() == pytest.approx((1.3 + 0 + 0.5) / 3)
        assert kernel.backward is not None
        kernel.backward()
        np.testing.assert_allclose(gradient[:, 0], [1 / 3, 0.0, -1 / 3])


def test_a_distribution_is_not_far_from_itself() -> None:
    t = softmax(np.random.default_rng(0).standard_normal((4, 5)))
    gradient = np.empty_like(t)
    kernel = losses["kl_divergence"]().bind_fused("softmax", np.log(t), t, t, gradient)
    assert kernel.value() == pytest.approx(0, abs=1e-12)
    assert kernel.backward is not None
    kernel.backward()
    np.testing.assert_allclose(gradient, 0, atol=1e-15)


def test_a_vector_without_length_is_similar_to_none() -> None:
    p, t, gradient = np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[1.0, 0.0], [7.0, 0.0]]), np.empty((2, 2))
    kernel = losses["cosine_similarity"]().bind(p, t, gradient)
    assert kernel.value() == pytest.approx(-0.5)
    assert kernel.backward is not None
    kernel.backward()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("size", [1e3, 1e30])
def test_log_cosh_of_a_large_error_is_its_size(size: float) -> None:
    p, t, gradient = np.array([[size]]), np.zeros((1, 1)), np.empty((1, 1))
    with np.errstate(over="raise", invalid="raise"):
        kernel = losses["log_cosh"]().bind(p, t, gradient)
        assert kernel.value() == pytest.approx(size - math.log(2))
        assert kernel.backward is not None
        kernel.backward()
    assert gradient.item() == 1


@pytest.mark.parametrize(
    ("value", "theirs", "settings"),
    [
        ("mean_squared_error", "mse_loss", {}),
        ("mean_absolute_error", "l1_loss", {}),
        ({"name": "huber", "delta": 0.7}, "huber_loss", {"delta": 0.7}),
        ("sparse_categorical_crossentropy", "cross_entropy", {}),
        (
            {"name": "sparse_categorical_crossentropy", "label_smoothing": 0.15},
            "cross_entropy",
            {"label_smoothing": 0.15},
        ),
        (
            {"name": "categorical_crossentropy", "label_smoothing": 0.3},
            "cross_entropy",
            {"label_smoothing": 0.3},
        ),
        ("binary_crossentropy", "binary_cross_entropy_with_logits", {}),
        ("kl_divergence", "kl_div", {"reduction": "batchmean"}),
        ("cosine_similarity", "cosine_embedding_loss", {}),
    ],
    ids=str,
)
def test_agrees_with_pytorch(value: Any, theirs: str, settings: Any) -> None:
    torch = pytest.importorskip("torch")
    loss = losses.get(value)
    z, t = problem(loss, (7, 5))
    if loss.NAME == "kl_divergence":
        t = softmax(np.random.default_rng(9).standard_normal(z.shape))
    their_z, their_t = torch.tensor(z, requires_grad=True), torch.tensor(t)
    function = getattr(torch.nn.functional, theirs)
    if theirs == "kl_div":
        wanted = function(torch.log_softmax(their_z, -1), their_t, **settings)
    elif theirs == "cosine_embedding_loss":
        wanted = function(their_z, their_t, torch.ones(7)) - 1
    else:
        wanted = function(their_z, their_t, **settings)
    wanted.backward()
    gradient = np.empty_like(z)
    if loss.FUSES_WITH:
        kernel = loss.bind_fused(loss.FUSES_WITH[0], z, squeeze(loss, z), t, gradient)
    else:
        kernel = loss.bind(z, t, gradient)
    assert kernel.value() == pytest.approx(wanted.item(), rel=1e-9)
    assert kernel.backward is not None
    kernel.backward()
    np.testing.assert_allclose(gradient, their_z.grad.numpy(), rtol=1e-7, atol=1e-12)
