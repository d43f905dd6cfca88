"""Every layer, activation and loss as a part of a compiled network: what the compiler promises holds for each of them.

The designs are made from each layer's own examples, so a new layer is tested without a line here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.activations import activations
from engine.compiler.gradient_check import PASS
from engine.compiler.network import Network
from engine.compiler.verify import verify
from engine.design import Design
from engine.design import edits as e
from engine.layers import layers
from engine.layers.base import Example
from engine.losses import losses
from engine.optimizers import optimizers

SAMPLES = 3
EXAMPLES = [
    pytest.param(example, id=f"{cls.NAME}-{index}")
    for cls in layers.classes.values()
    if cls.INPUTS and cls.OUTPUTS
    for index, example in enumerate(cls.examples())
]
WITH_WEIGHTS = [param for param in EXAMPLES if param.values[0].layer.parameter_specs(param.values[0].inputs)]
LAYER = "subject"


def network_of(example: Example) -> Design:
    """Put trained layers before and behind the example, so that gradients must pass it, and one Output per port."""
    design = Design("one layer")
    feeding = []
    for shape in example.inputs:
        if example.layer.INTEGERS:
            feeding.append(design.add("Input", shape=shape, dtype="int"))
            continue
        x = design.add("Input", shape=shape)
        feeding.append(design.add("Dense", x, units=shape[-1], bias_initializer="random_normal"))
    node = design.add(example.layer, feeding, name=LAYER)
    for port in example.layer.OUTPUTS:
        h = design.add("Flatten", (node, port.name))
        h = design.add("Dense", h, units=2, kernel_regularizer="l2")
        design.add("Output", h, loss="mean_squared_error")
    return design


def ready(example: Example, dtype: str = "float32") -> tuple[Network, dict[str, Any], dict[str, Any]]:
    """Compile the example's network with weights that no symmetry hides behind, and draw a batch for it."""
    network = engine.compile(network_of(example), seed=3, dtype=dtype)
    random = np.random.default_rng(5)
    for array in network.parameters.values():
        array += 0.2 * random.standard_normal(array.shape).astype(dtype)
    plan, nodes = network.plan(SAMPLES, training=True), network.design.nodes
    ids = getattr(example.layer, "input_dim", 0)
    x = {
        nodes[n].name: random.integers(0, ids, array.shape)
        if array.dtype.kind == "i"
        else random.standard_normal(array.shape)
        for n, array in plan.inputs.items()
    }
    y = {nodes[n].name: random.standard_normal(array.shape) for n, array in plan.targets.items()}
    return network, x, y


@pytest.mark.parametrize("example", EXAMPLES)
def test_gradients_agree_with_central_differences(example: Example) -> None:
    errors = engine.check_gradients(*ready(example))
    assert errors
    assert max(errors.values()) < PASS, errors


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
def test_the_plan_is_legal(example: Example, training: bool) -> None:
    network, _, _ = ready(example)
    for keep in (True, False):
        verify(network.plan(SAMPLES, training, keep=keep), network.store)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_same_seed_gives_the_same_bits(example: Example) -> None:
    def trained() -> np.ndarray:
        network, x, y = ready(example)
        for _ in range(4):
            network.train_step(x, y, engine.optimizers.Adam(learning_rate=0.01))
        return np.concatenate([network.parameter_vector, network.store.statistics])

    first = trained()
    assert np.isfinite(first).all()
    assert np.array_equal(first, trained())


@pytest.mark.parametrize("example", EXAMPLES)
def test_predictions_do_not_depend_on_who_else_is_in_the_batch(example: Example) -> None:
    network, x, _ = ready(example, "float64")
    together = network.predict(x)
    alone = network.predict(x, batch_size=1)
    if not isinstance(together, dict) or not isinstance(alone, dict):
        together, alone = {"output": together}, {"output": alone}
    for name, values in together.items():
        assert np.allclose(values, alone[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("example", EXAMPLES)
def test_inputs_are_left_as_they_were(example: Example) -> None:
    network, x, y = ready(example)
    before = {name: array.copy() for name, array in (x | y).items()}
    network.loss_and_gradients(x, y)
    plan = network.plan(SAMPLES, training=True)
    for node_id, array in plan.inputs.items():
        assert np.array_equal(array, x[network.design.nodes[node_id].name].astype(array.dtype))
    assert all(np.array_equal(array, before[name]) for name, array in (x | y).items())


@pytest.mark.parametrize("suffix", [".gradloom", ".json"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_design_comes_back_from_a_file(example: Example, suffix: str, tmp_path: Path) -> None:
    design = network_of(example)
    design.save(tmp_path / f"design{suffix}")
    loaded = Design.load(tmp_path / f"design{suffix}")
    assert loaded == design
    weights = engine.compile(design, seed=1).parameter_vector
    assert np.array_equal(weights, engine.compile(loaded, seed=1).parameter_vector)


@pytest.mark.parametrize("optimizer", optimizers.classes.values(), ids=lambda cls: cls.NAME)
@pytest.mark.parametrize("example", WITH_WEIGHTS)
def test_a_frozen_layer_keeps_every_bit(example: Example, optimizer: type[Any]) -> None:
    design = network_of(example)
    node = design.node_named(LAYER)
    design.apply(e.ReplaceNode(node.with_(frozen=True)))
    network = engine.compile(design, seed=0)
    _, x, y = ready(example)
    own = [name for name in network.weights if name.startswith(f"{LAYER}/")]
    before = {name: network.weights[name].copy() for name in own}
    others = network.parameter_vector.copy()
    settings = engine.TrainingSettings(
        epochs=3, batch_size=2, optimizer={"name": optimizer.NAME, "learning_rate": 0.05}, clip="global_norm"
    )
    for _ in engine.fit(network, (x, y), settings):
        pass
    assert all(np.array_equal(before[name], network.weights[name]) for name in own)
    assert not np.array_equal(others, network.parameter_vector), "the other layers learn"


@pytest.mark.parametrize("name", activations.names())
def test_gradients_pass_every_activation(name: str) -> None:
    design = Design()
    h = design.add("Dense", design.add("Input", shape=(4,)), units=5, activation=name)
    design.add("Output", design.add("Dense", h, units=2), loss="mean_squared_error")
    random = np.random.default_rng(1)
    network = engine.compile(design, seed=0)
    errors = engine.check_gradients(network, random.standard_normal((6, 4)), random.standard_normal((6, 2)))
    assert max(errors.values()) < PASS, errors


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "apart"])
@pytest.mark.parametrize("name", losses.names())
def test_gradients_of_every_loss(name: str, fused: bool) -> None:
    loss = losses[name]
    random = np.random.default_rng(2)
    last = loss.FUSES_WITH[0] if loss.FUSES_WITH else "tanh"
    units = 1 if last == "sigmoid" else 3
    design = Design()
    h = design.add("Dense", design.add("Input", shape=(4,)), units=6, activation="tanh")
    h = design.add("Dense", h, units=units, activation=last)
    design.add("Output", h, loss=name, name="one")
    if not fused:  # a second reader of the probabilities keeps loss and activation apart
        design.add("Output", h, loss="mean_squared_error", name="two", weight=0.5)
    labels = random.integers(0, max(units, 2), 7)
    y: dict[str, Any] = {"one": labels, "two": random.random((7, units))}
    if loss.TARGET == "values":
        y["one"] = random.integers(0, 2, (7, 1)) if units == 1 else random.standard_normal((7, units))
    errors = engine.check_gradients(engine.compile(design), random.standard_normal((7, 4)), y)
    assert max(errors.values()) < PASS, errors


def test_the_check_finds_a_gradient_that_is_one_percent_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.activations.tanh import Tanh
    from engine.layers.base import Kernel

    right = Tanh.bind

    def wrong(self: Tanh, x: Any, y: Any, dy: Any, dx: Any) -> Kernel:
        kernel = right(self, x, y, dy, dx)

        def backward() -> None:
            if kernel.backward is not None:
                kernel.backward()
                dx.__imul__(1.01)

        return Kernel(kernel.forward, backward)

    design = Design()
    h = design.add("Dense", design.add("Input", shape=(4,)), units=5, activation="tanh")
    design.add("Output", design.add("Dense", h, units=2), loss="mean_squared_error")
    random = np.random.default_rng(1)
    x, y = random.standard_normal((6, 4)), random.standard_normal((6, 2))
    monkeypatch.setattr(Tanh, "bind", wrong)
    errors = engine.check_gradients(engine.compile(design), x, y)
    assert errors["dense_1/kernel"] > 1e-3
    assert errors["dense_2/kernel"] < PASS
