"""Optimizers against their formulas in plain arithmetic, over several steps, and against PyTorch where it agrees."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.fields import describe
from engine.optimizers import optimizers
from engine.optimizers.base import CHUNK, Optimizer, Updater
from engine.optimizers.nadam import Momenta
from engine.schedules import schedules

VARIANTS: list[Any] = [
    "sgd",
    {"name": "sgd", "momentum": 0.9},
    {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "adagrad",
    "rmsprop",
    {"name": "rmsprop", "momentum": 0.8},
    {"name": "rmsprop", "centered": True},
    {"name": "rmsprop", "centered": True, "momentum": 0.5, "rho": 0.7},
    "adam",
    {"name": "adam", "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    {"name": "adam", "amsgrad": True},
    "adamw",
    {"name": "adamw", "weight_decay": 0.1},
    "adadelta",
    {"name": "adadelta", "rho": 0.7, "epsilon": 1e-4},
    "adamax",
    {"name": "adamax", "beta_1": 0.6, "beta_2": 0.9, "weight_decay": 0.2},
    "lion",
    {"name": "lion", "beta_1": 0.5, "beta_2": 0.8},
    "nadam",
    {"name": "nadam", "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-4},
    {"name": "sgd", "momentum": 0.9, "weight_decay": 0.3},
]
SLOW = {"adagrad", "adadelta"}
"""These take small steps at first, by design."""
RATES = [0.1, 0.1, 0.05, 0.02, 0.02, 0.01]


def by_hand(o: Any, w: float, gradients: list[float]) -> Iterator[float]:
    """Yield one weight after each step: Keras 3's update rules, a number at a time."""
    m = v = average = largest = 0.0
    product = 1.0
    a = getattr(o, "initial_accumulator_value", 0.0)
    for t, (g, r) in enumerate(zip(gradients, RATES, strict=True), start=1):
        w -= w * o.weight_decay * r
        if o.NAME == "sgd":
            m = o.momentum * m - r * g
            w += (o.momentum * m - r * g) if o.nesterov else m
        elif o.NAME == "adagrad":
            a += g * g
            w -= r * g / math.sqrt(a + o.epsilon)
        elif o.NAME == "rmsprop":
            v = o.rho * v + (1 - o.rho) * g * g
            average = o.rho * average + (1 - o.rho) * g
            step = r * g / math.sqrt(v - (average**2 if o.centered else 0) + o.epsilon)
            m = o.momentum * m + step
            w -= m
        elif o.NAME == "adadelta":
            v = o.rho * v + (1 - o.rho) * g * g
            step = math.sqrt(m + o.epsilon) * g / math.sqrt(v + o.epsilon)
            m = o.rho * m + (1 - o.rho) * step * step
            w -= r * step
        elif o.NAME == "adamax":
            m += (g - m) * (1 - o.beta_1)
            v = max(o.beta_2 * v, abs(g))
            w -= r * m / ((1 - o.beta_1**t) * (v + o.epsilon))
        elif o.NAME == "lion":
            direction = o.beta_1 * m + (1 - o.beta_1) * g
            w -= r * math.copysign(1, direction)
            m = o.beta_2 * m + (1 - o.beta_2) * g
        elif o.NAME == "nadam":
            now, following = (o.beta_1 * (1 - 0.5 * 0.96**k) for k in (t, t + 1))
            product *= now
            m += (g - m) * (1 - o.beta_1)
            v += (g * g - v) * (1 - o.beta_2)
            ahead = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
            w -= ahead * r / (math.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
        else:
            m += (g - m) * (1 - o.beta_1)
            v += (g * g - v) * (1 - o.beta_2)
            largest = max(largest, v)
            alpha = r * math.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
            w -= alpha * m / (math.sqrt(largest if o.amsgrad else v) + o.epsilon)
        yield w


def test_every_optimizer_is_here() -> None:
    assert {optimizers.get(value).NAME for value in VARIANTS} == set(optimizers.names())


@pytest.mark.parametrize("cls", list(optimizers.classes.values()), ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Optimizer]) -> None:
    assert "Formula:" in (cls.__doc__ or "")
    assert "Source:" in (cls.__doc__ or "")
    assert cls.FORMULA
    assert all(field.description.endswith(".") for field in describe(cls))


@pytest.mark.parametrize("value", VARIANTS, ids=str)
def test_survives_a_file(value: Any) -> None:
    optimizer = optimizers.get(value)
    assert optimizers.get(optimizers.to_value(optimizer)) == optimizer
    assert optimizers.to_value(optimizer) == value


@pytest.mark.parametrize("value", VARIANTS, ids=str)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 2e-5)])
def test_follows_its_formula(value: Any, dtype: Any, tolerance: float) -> None:
    optimizer = optimizers.get(value)
    random = np.random.default_rng(5)
    start, gradients = random.standard_normal(7), random.standard_normal((len(RATES), 7))
    w, g = start.astype(dtype), np.zeros(7, dtype)
    updater = Updater(optimizer, w, g, [(0, 7)])
    assert tuple(updater.slots) == optimizer.slot_names()
    wanted = [list(by_hand(optimizer, float(a), list(gradients[:, i]))) for i, a in enumerate(start)]
    for step, rate in enumerate(RATES):
        g[...] = gradients[step]
        updater.step(rate)
        assert w.dtype == dtype
        np.testing.assert_allclose(w, [row[step] for row in wanted], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("value", VARIANTS, ids=str)
def test_chunks_and_frozen_parts(value: Any) -> None:
    optimizer, size = optimizers.get(value), 2 * CHUNK + 100
    random = np.random.default_rng(2)
    start, gradient = random.standard_normal(size), random.standard_normal((3, size))
    w, g = start.copy(), np.empty(size)
    updater = Updater(optimizer, w, g, [(10, CHUNK + 50), (CHUNK + 60, size)])
    apart_w, apart_g = start[10 : CHUNK + 50].copy(), np.empty(CHUNK + 40)
    apart = Updater(optimizer, apart_w, apart_g, [(0, CHUNK + 40)])
    for step in range(3):
        g[...] = gradient[step]
        updater.step(0.1)
        apart_g[...] = gradient[step, 10 : CHUNK + 50]
        apart.step(0.1)
    np.testing.assert_array_equal(w[:10], start[:10])
    np.testing.assert_array_equal(w[CHUNK + 50 : CHUNK + 60], start[CHUNK + 50 : CHUNK + 60])
    np.testing.assert_array_equal(w[10 : CHUNK + 50], apart_w)
    assert (w[CHUNK + 60 :] != start[CHUNK + 60 :]).all()


@pytest.mark.parametrize(
    "value", [v for v in VARIANTS if SLOW.isdisjoint({v["name"] if isinstance(v, dict) else v})], ids=str
)
def test_goes_down_a_bowl(value: Any) -> None:
    w, g = np.array([3.0, -2.0]), np.empty(2)
    updater = Updater(optimizers.get(value), w, g, [(0, 2)])
    for _ in range(400):
        g[...] = 2 * w
        updater.step(0.02)
    assert np.abs(w).max() < 0.2


@pytest.mark.parametrize(
    ("value", "theirs", "settings"),
    [
        ({"name": "adam", "epsilon": 1e-30}, "Adam", {"eps": 1e-30}),
        ({"name": "adam", "epsilon": 1e-30, "amsgrad": True}, "Adam", {"eps": 1e-30, "amsgrad": True}),
        (
            {"name": "adamw", "epsilon": 1e-30, "weight_decay": 0.05},
            "AdamW",
            {"eps": 1e-30, "weight_decay": 0.05},
        ),
        ({"name": "rmsprop", "epsilon": 1e-30}, "RMSprop", {"alpha": 0.9, "eps": 1e-30}),
        (
            {"name": "rmsprop", "epsilon": 1e-30, "centered": True, "momentum": 0.6},
            "RMSprop",
            {"alpha": 0.9, "eps": 1e-30, "centered": True, "momentum": 0.6},
        ),
        ({"name": "adadelta", "rho": 0.9, "epsilon": 1e-6}, "Adadelta", {"rho": 0.9, "eps": 1e-6}),
        ({"name": "adamax", "epsilon": 1e-30}, "Adamax", {"eps": 1e-30}),
        ({"name": "nadam", "epsilon": 1e-6}, "NAdam", {"eps": 1e-6, "momentum_decay": 1.0}),
        (
            {"name": "nadam", "epsilon": 1e-6, "weight_decay": 0.1},
            "NAdam",
            {"eps": 1e-6, "momentum_decay": 1.0, "weight_decay": 0.1, "decoupled_weight_decay": True},
        ),
        ("sgd", "SGD", {}),
        ({"name": "sgd", "momentum": 0.9}, "SGD", {"momentum": 0.9}),
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, "SGD", {"momentum": 0.9, "nesterov": True}),
        ({"name": "adagrad", "epsilon": 1e-30}, "Adagrad", {"initial_accumulator_value": 0.1, "eps": 1e-30}),
    ],
    ids=str,
)
def test_agrees_with_pytorch_where_the_formulas_meet(value: Any, theirs: str, settings: Any) -> None:
    """The epsilons stand in different places: with a tiny one the two rules are the same."""
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(8)
    w, g = random.standard_normal(9), np.empty(9)
    their_w = torch.tensor(w.copy(), requires_grad=True)
    optimizer = getattr(torch.optim, theirs)([their_w], lr=0.03, **settings)
    updater = Updater(optimizers.get(value), w, g, [(0, 9)])
    for _ in range(8):
        g[...] = random.standard_normal(9)
        their_w.grad = torch.tensor(g.copy())
        optimizer.step()
        updater.step(0.03)
    # NAdam keeps the product of its momenta in float32.
    np.testing.assert_allclose(w, their_w.detach().numpy(), rtol=1e-7 if theirs == "NAdam" else 1e-10)


def test_weight_decay_leaves_biases_and_normalization_alone() -> None:
    """With no gradient at all, only what decays moves; frozen layers never do."""
    design = engine.Design("decay", seed=4)
    node = design.add("Input", shape=(3,))
    node = design.add("Dense", node, units=4, bias_initializer="ones")
    node = design.add("BatchNormalization", node)
    node = design.add("Dense", node, units=4, bias_initializer="ones")
    design.nodes[node.id] = design.nodes[node.id].with_(frozen=True)
    design.add(
        "Output", design.add("Dense", node, units=2, bias_initializer="ones"), loss="mean_squared_error"
    )
    for kernels_only, decayed in ((True, set()), (False, {"bias", "gamma", "beta"})):
        network = engine.compile(design)
        before = {name: array.copy() for name, array in network.parameters.items()}
        optimizer = optimizers.get(
            {"name": "sgd", "weight_decay": 0.5, "decay_kernels_only": kernels_only, "learning_rate": 0.1}
        )
        network.gradient_vector.fill(0)
        network.updater(optimizer).step(0.1)
        for name, array in network.parameters.items():
            owner, _, kind = name.partition("/")
            moves = owner != "dense_2" and (kind == "kernel" or kind in decayed)
            np.testing.assert_allclose(array, before[name] * (0.95 if moves else 1), rtol=1e-6)


def test_nadams_momenta_do_not_depend_on_where_the_count_begins() -> None:
    straight = Momenta(0.9)
    expected = [straight.at(t) for t in range(1, 60)]
    assert [Momenta(0.9).at(t) for t in range(1, 60)] == expected
    assert straight.at(3) == expected[2]
    assert Momenta(0.9).at(10**9)[2] == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lion_leaves_a_weight_without_gradient_where_it_is(dtype: Any) -> None:
    w, g = np.array([1.5, -2.0, 0.5], dtype), np.array([0.0, 1e-30, -3.0], dtype)
    updater = Updater(optimizers.get("lion"), w, g, [(0, 3)])
    updater.step(0.25)
    np.testing.assert_array_equal(w, np.array([1.5, -2.25, 0.75], dtype))


def test_what_is_a_kernel() -> None:
    """A GRU's bias is a table, the slopes of PReLU are an image: neither decays."""
    design = engine.Design("kernels")
    node = design.add("Embedding", design.add("Input", shape=(5,), dtype="int"), input_dim=7, output_dim=4)
    node = design.add("PReLU", node)
    node = design.add("LayerNormalization", node)
    node = design.add("GRU", node, units=3)
    design.add("Output", design.add("Dense", node, units=2), loss="mean_squared_error")
    network = engine.compile(design)
    kernels = {
        name
        for name, where in network.parameter_slices.items()
        if (where.start, where.stop) in network.store.kernels
    }
    assert kernels == {"embedding_1/embeddings", "gru_1/kernel", "gru_1/recurrent_kernel", "dense_1/kernel"}


@pytest.mark.parametrize(
    ("value", "theirs", "settings"),
    [
        ({"name": "sgd", "momentum": 0.9}, "SGD", {"momentum": 0.9}),
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, "SGD", {"momentum": 0.9, "nesterov": True}),
        ({"name": "adam", "epsilon": 1e-30}, "Adam", {"eps": 1e-30}),
        ({"name": "adamax", "epsilon": 1e-30}, "Adamax", {"eps": 1e-30}),
    ],
    ids=str,
)
def test_one_cycle_turns_the_momentum_as_pytorch_does(value: Any, theirs: str, settings: Any) -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(8)
    w, g = random.standard_normal(CHUNK + 9), np.empty(CHUNK + 9)
    their_w = torch.tensor(w.copy(), requires_grad=True)
    optimizer = getattr(torch.optim, theirs)([their_w], lr=0.03, **settings)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.03, total_steps=20)
    updater, schedule = Updater(optimizers.get(value), w, g, [(0, len(w))]), schedules.get("one_cycle")
    for step in range(20):
        g[...] = random.standard_normal(len(w))
        their_w.grad = torch.tensor(g.copy())
        rate = optimizer.param_groups[0]["lr"]
        assert schedule.factor(step, 5, 20) * 0.03 == pytest.approx(rate)
        momentum = schedule.momentum(step, 5, 20)
        assert momentum is not None
        updater.turn_momentum(momentum)
        # SGD of PyTorch keeps its momentum without the learning rate: with one that changes the two rules part.
        updater.step(0.03)
        optimizer.param_groups[0]["lr"] = 0.03
        optimizer.step()
        optimizer.param_groups[0]["lr"] = rate
        scheduler.step()
    np.testing.assert_allclose(w, their_w.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_momentum_is_turned_only_where_there_is_some() -> None:
    for value in ("sgd", "rmsprop", "adagrad", "nadam"):
        updater = Updater(optimizers.get(value), np.zeros(2), np.zeros(2), [(0, 2)])
        updater.turn_momentum(0.9)
        assert updater.optimizer == optimizers.get(value)
