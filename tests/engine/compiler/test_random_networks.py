"""Networks drawn at random: whatever the graph, plans are legal, gradients right and memory not mixed up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.compiler.gradient_check import PASS
from engine.compiler.verify import verify
from engine.design import Design
from engine.design import edits as e
from engine.design.elements import Node

SEEDS = range(40)
WIDTH = 4
SAMPLES = 5


def random_design(seed: int) -> Design:
    """Draw a graph with branches, merges, shared and frozen weights, bypassed and unused nodes, one or two outputs."""
    random = np.random.default_rng(seed)
    design = Design(f"random {seed}", seed=seed)
    nodes: list[Node] = [design.add("Input", shape=(WIDTH,)) for _ in range(random.integers(1, 3))]
    dense: list[Node] = []
    for _ in range(random.integers(4, 14)):
        nodes.append(_random_node(design, nodes, dense, random))
    for count in range(random.integers(1, 3)):
        source = nodes[-1 - count]
        if count:
            design.add("Output", design.add("Dense", source, units=2), loss="huber", weight=0.7)
        else:
            design.add("Output", design.add("Dense", source, units=3, activation="softmax"))
    for node in design.nodes.values():
        if node.type not in ("Input", "Output") and random.random() < 0.15:
            passes = node.type in ("Activation", "Dropout", "LayerNormalization") and random.random() < 0.5
            flag = {"bypassed": True} if passes else {"frozen": True}
            design.apply(e.ReplaceNode(node.with_(**flag)))
    return design


def _random_node(design: Design, nodes: list[Node], dense: list[Node], random: np.random.Generator) -> Node:
    def one() -> Node:
        return nodes[-1 - min(int(random.geometric(0.5)) - 1, len(nodes) - 1)]

    kind = random.choice(
        [
            "Dense",
            "Dense",
            "Shared",
            "Activation",
            "Add",
            "Multiply",
            "Concatenate",
            "Flatten",
            "Dropout",
            "Norm",
        ]
    )
    activation = str(random.choice(["linear", "tanh", "sigmoid", "softplus"]))
    match kind:
        case "Shared" if dense:
            owner = dense[random.integers(len(dense))]
            node = design.add(owner.layer.replace(activation=activation), one())
            design.apply(e.ReplaceNode(node.with_(shares=owner.id)))
            return design.nodes[node.id]
        case "Activation":
            return design.add("Activation", one(), function=activation)
        case "Add" | "Multiply":
            return design.add(kind, _different(one, nodes, random))
        case "Concatenate":
            joined = design.add("Concatenate", _different(one, nodes, random))
            return design.add("Dense", joined, units=WIDTH, kernel_regularizer="l2")
        case "Flatten":
            return design.add("Flatten", one())
        case "Dropout":
            return design.add("Dropout", one(), rate=0.3)
        case "Norm":
            return design.add(str(random.choice(["BatchNormalization", "LayerNormalization"])), one())
    node = design.add("Dense", one(), units=WIDTH, activation=activation)
    dense.append(node)
    return node


def _different(one: Any, nodes: list[Node], random: np.random.Generator) -> list[Node]:
    first = one()
    others = [node for node in nodes if node is not first]
    return [first, others[random.integers(len(others))]] if others else [first]


def batch_for(network: engine.Network) -> tuple[dict[str, Any], dict[str, Any]]:
    random = np.random.default_rng(11)
    nodes = network.design.nodes
    x = {nodes[n].name: random.standard_normal((SAMPLES, WIDTH)) for n in network.inputs}
    y: dict[str, Any] = {}
    for node_id in network.outputs:
        classes = network.losses[node_id].TARGET == "one_hot"
        y[nodes[node_id].name] = (
            random.integers(0, 3, SAMPLES) if classes else random.standard_normal((SAMPLES, 2))
        )
    return x, y


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network(seed: int) -> None:
    design = random_design(seed)
    errors = [problem.message for problem in design.check() if problem.severity == "error"]
    assert not errors
    network = engine.compile(design, dtype="float64")
    x, y = batch_for(network)
    if network.segments:
        assert max(engine.check_gradients(network, x, y, sample=10).values(), default=0.0) < PASS
    for training in (True, False):
        for keep in (True, False):
            verify(network.plan(SAMPLES, training, keep=keep), network.store)


@pytest.mark.parametrize("seed", SEEDS)
def test_memory_that_is_used_again_changes_no_number(seed: int) -> None:
    """A plan that gives every value memory of its own is the yardstick for one that does not."""
    network = engine.compile(random_design(seed), dtype="float64")
    x, y = batch_for(network)
    lean, roomy = network.plan(SAMPLES, False), network.plan(SAMPLES, False, keep=True)
    for plan in (lean, roomy):
        network.feed(plan, x, y)
        plan.forward()
    assert lean.loss() == roomy.loss()
    for node_id, prediction in lean.predictions.items():
        assert np.array_equal(prediction, roomy.predictions[node_id])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_pass_repeats_the_first(seed: int) -> None:
    """Nothing of an earlier batch is left in a buffer that the next one reads."""
    design = random_design(seed)
    fresh, used = engine.compile(design), engine.compile(design)
    x, y = batch_for(fresh)
    streams = used.random_states()
    used.loss_and_gradients({n: 1e3 * a for n, a in x.items()}, y)
    used.reset()
    used.restore_random_states(streams)
    first, second = fresh.loss_and_gradients(x, y), used.loss_and_gradients(x, y)
    assert first[0] == second[0]
    assert list(first[1]) == list(second[1])
    assert all(np.array_equal(gradient, second[1][name]) for name, gradient in first[1].items())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_observed_backward_pass_is_the_plain_one(seed: int) -> None:
    plain, observed = engine.compile(random_design(seed)), engine.compile(random_design(seed))
    plain.loss_and_gradients(*batch_for(plain))
    plan = observed.plan(SAMPLES, True)
    observed.feed(plan, *batch_for(observed))
    plan.forward()
    plan.loss()
    seen: list[int] = []
    plan.backward_observed(lambda edge, gradient: seen.append(edge))
    assert np.array_equal(plain.gradient_vector, observed.gradient_vector)
    assert sorted(seen) == list(range(len(plan.observed_edges)))
