"""Reparameterized weights in a network: PyTorch's own, files, freezing, sharing, phases and penalties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.compiler.gradient_check import PASS
from engine.compiler.network import Network
from engine.compiler.verify import verify
from engine.design import Design
from engine.design import edits as e
from engine.optimizers import optimizers
from engine.training.archive import load_archive, save_archive

RULES: list[Any] = ["spectral", {"name": "spectral", "power_iterations": 3}, "weight"]


def design_of(rule: Any, **settings: Any) -> Design:
    design = Design("reparameterized")
    h = design.add("Dense", design.add("Input", shape=(5,)), units=7, activation="tanh",
                   kernel_reparameterization=rule, name="first", **settings)  # fmt: skip
    h = design.add("Dense", h, units=3, kernel_reparameterization=rule, name="second")
    design.add("Output", h, loss="mean_squared_error")
    return design


def samples(count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    return random.standard_normal((count, 5)), random.standard_normal((count, 3))


def train(network: Network, steps: int = 5) -> list[float]:
    x, y = samples()
    return [network.train_step(x, y, engine.optimizers.SGD(learning_rate=0.1)) for _ in range(steps)]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_five_steps_agree_with_pytorch(rule: Any) -> None:
    torch = pytest.importorskip("torch")
    parametrizations = torch.nn.utils.parametrizations
    network = engine.compile(design_of(rule), seed=2, dtype="float64")
    layers = [torch.nn.Linear(5, 7), torch.nn.Linear(7, 3)]
    weights = network.weights
    for name, layer in zip(("first", "second"), layers, strict=True):
        layer.double()
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weights[f"{name}/kernel"].T.copy()))
            layer.bias.copy_(torch.tensor(weights[f"{name}/bias"].copy()))
        if rule == "weight":
            parametrizations.weight_norm(layer, dim=0)
            continue
        # With dim=1 PyTorch's power iteration begins at the same end as that of Miyato et al.
        iterations = rule["power_iterations"] if isinstance(rule, dict) else 1
        parametrizations.spectral_norm(layer, n_power_iterations=iterations, eps=0.0, dim=1)
        layer.parametrizations.weight[0]._v.copy_(torch.tensor(weights[f"{name}/kernel_singular_vector"]))
    model = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = samples()
    theirs = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(torch.tensor(x)), torch.tensor(y))
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    np.testing.assert_allclose(train(network), theirs, rtol=1e-10)
    for name, layer in zip(("first", "second"), layers, strict=True):
        if rule == "weight":
            raw = layer.parametrizations.weight.original1.detach().numpy()
            length = layer.parametrizations.weight.original0.detach().numpy().reshape(-1)
            np.testing.assert_allclose(weights[f"{name}/kernel_length"], length, rtol=1e-10)
        else:
            raw = layer.parametrizations.weight.original.detach().numpy()
            vector = layer.parametrizations.weight[0]._v.numpy()
            np.testing.assert_allclose(weights[f"{name}/kernel_singular_vector"], vector, rtol=1e-10)
        np.testing.assert_allclose(weights[f"{name}/kernel"], raw.T, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_file_brings_back_weights_and_predictions(rule: Any, tmp_path: Path) -> None:
    network = engine.compile(design_of(rule), seed=1)
    train(network)
    x, _ = samples()
    wanted = network.predict(x)
    save_archive(tmp_path / "a.gradloom", network.design, dict(network.weights))
    archive = load_archive(tmp_path / "a.gradloom")
    again = engine.compile(archive.design, seed=9)
    assert not np.array_equal(again.predict(x), wanted)
    assert archive.weights is not None
    again.load_weights(archive.weights)
    np.testing.assert_array_equal(again.predict(x), wanted)
    assert all(np.array_equal(network.weights[n], a) for n, a in again.weights.items())


def test_predictions_use_the_largest_singular_value() -> None:
    design = Design()
    h = design.add("Dense", design.add("Input", shape=(5,)), units=4, kernel_reparameterization="spectral")
    design.add("Output", h)
    network = engine.compile(design, seed=3, dtype="float64")
    kernel = network.weights["dense_1/kernel"]
    x = np.random.default_rng(0).standard_normal((6, 5))
    largest = np.linalg.svd(kernel, compute_uv=False)[0]
    np.testing.assert_allclose(network.predict(x), x @ kernel / largest, rtol=1e-3)
    kept = network.store.statistics.copy()
    network.predict(x)
    np.testing.assert_array_equal(network.store.statistics, kept)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_shared_weights_are_made_once_and_learn_from_both(rule: Any) -> None:
    design = Design()
    x = design.add("Input", shape=(4,))
    owner = design.add("Dense", x, units=4, activation="tanh", kernel_reparameterization=rule, name="owner")
    twin = design.add("Dense", owner, units=4, kernel_reparameterization=rule, name="twin")
    design.apply(e.ReplaceNode(twin.with_(shares=owner.id)))
    design.add("Output", twin, loss="mean_squared_error")
    network = engine.compile(design, seed=0)
    random = np.random.default_rng(0)
    x_, y_ = random.standard_normal((6, 4)), random.standard_normal((6, 4))
    verify(network.plan(6, training=True), network.store)
    errors = engine.check_gradients(network, x_, y_)
    assert max(errors.values()) < PASS, errors


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_penalties_act_on_what_is_learned(rule: Any) -> None:
    network = engine.compile(design_of(rule, kernel_regularizer={"name": "l2", "factor": 0.5}), seed=0)
    plain = engine.compile(design_of(rule), seed=0)
    x, y = samples()
    penalized, first = network.loss_and_gradients(x, y)
    loss, second = plain.loss_and_gradients(x, y)
    kernel = network.weights["first/kernel"]
    assert penalized - loss == pytest.approx(0.5 * float((kernel**2).sum()), rel=1e-4)
    np.testing.assert_allclose(first["first/kernel"] - second["first/kernel"], kernel, atol=1e-5)
    errors = engine.check_gradients(network, x, y)
    assert max(errors.values()) < PASS, errors


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_frozen_node_keeps_its_vector_too(rule: Any, optimizer: str) -> None:
    design = design_of(rule)
    design.apply(e.ReplaceNode(design.node_named("first").with_(frozen=True)))
    network = engine.compile(design, seed=0)
    own = {name: a.copy() for name, a in network.weights.items() if name.startswith("first/")}
    x, y = samples()
    for _ in range(3):
        network.train_step(x, y, optimizers.get(optimizer))
    assert all(np.array_equal(network.weights[name], array) for name, array in own.items())


def test_a_phase_that_does_not_train_a_node_leaves_its_vector() -> None:
    from engine.design.phases import Objective, Phase

    design = design_of("spectral")
    (output,) = (n for n in design.nodes.values() if n.type == "Output")
    second = design.node_named("second").id
    phase = Phase(name="second", objectives=(Objective(output=output.id),), trains=(second,))
    design.phases = (phase,)
    network = engine.compile(design, seed=0)
    x, y = samples()
    plan = network.plan(len(x), training=True, phase=0)
    verify(plan, network.store)
    before = {name: array.copy() for name, array in network.weights.items()}
    network.feed(plan, x, y)
    plan.forward()
    moved = {name for name, array in network.weights.items() if not np.array_equal(array, before[name])}
    assert moved == {"second/kernel_singular_vector"}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_run_goes_on_bit_for_bit_from_the_same_weights(rule: Any) -> None:
    one, two = (engine.compile(design_of(rule), seed=0) for _ in range(2))
    assert train(one, 6) == train(two, 3) + train(two, 3)
    np.testing.assert_array_equal(one.store.statistics, two.store.statistics)
