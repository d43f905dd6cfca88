"""The compiled network: the public calls, seeds, freezing, sharing, and the textbook's worked step."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.compiler.verify import PlanError, verify
from engine.core.errors import DataError, DesignError, SettingError
from engine.design import Design
from engine.design import edits as e
from tests.reference.networks import CASES


def digits(units: int = 16) -> Design:
    design = Design("digits")
    x = design.add("Input", shape=(8, 8, 1))
    h = design.add("Dense", design.add("Flatten", x), units=units, activation="relu")
    h = design.add("Dropout", h, rate=0.25)
    design.add("Output", design.add("Dense", h, units=10, activation="softmax"))
    return design


def batch(count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.random((count, 8, 8, 1), np.float32), random.integers(0, 10, count)


def worked_step() -> engine.Network:
    design = Design("worked step")
    x = design.add("Input", shape=(2,))
    given = [([[0.15, 0.25], [0.20, 0.30]], 0.35), ([[0.40, 0.50], [0.45, 0.55]], 0.60)]
    for kernel, bias in given:
        x = design.add(
            "Dense",
            x,
            units=2,
            activation="sigmoid",
            kernel_initializer={"name": "values", "values": kernel},
            bias_initializer={"name": "constant", "value": bias},
        )
    design.add("Output", x, loss="half_squared_error")
    return engine.compile(design, dtype="float64")


def test_the_textbooks_worked_step_to_the_digits_given() -> None:
    network = worked_step()
    x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    assert network.predict(x)[0] == pytest.approx([0.75136507, 0.772928465], abs=5e-9)
    loss, gradients = network.loss_and_gradients(x, y)
    assert loss == pytest.approx(0.298371109, abs=5e-10)
    assert gradients["dense_2/kernel"][0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert gradients["dense_1/kernel"][0, 0] == pytest.approx(0.000438568, abs=5e-10)
    before = network.train_step(x, y, engine.optimizers.SGD(learning_rate=0.5))
    assert before == pytest.approx(0.298371109, abs=5e-10)
    assert network.weights["dense_2/kernel"][0, 0] == pytest.approx(0.35891648, abs=5e-9)


@pytest.mark.parametrize("name", CASES)
def test_every_plan_is_legal(name: str) -> None:
    network = engine.compile(CASES[name]().design)
    for training in (True, False):
        for keep in (True, False):
            verify(network.plan(3, training, keep=keep), network.store)


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_right_in_every_network(name: str) -> None:
    case = CASES[name]()
    errors = engine.check_gradients(engine.compile(case.design), case.x, case.y, sample=8)
    assert max(errors.values()) < 1e-6


def test_the_verifier_finds_a_plan_that_reads_before_it_writes() -> None:
    network = engine.compile(digits())
    plan = network.plan(2, True)
    network.feed(plan, *batch(2))
    plan.forward()
    plan.records.insert(0, plan.records.pop())
    with pytest.raises(PlanError):
        verify(plan, network.store)


def test_the_same_seed_gives_the_same_bits_and_another_gives_others() -> None:
    def trained(seed: int) -> np.ndarray:
        network = engine.compile(digits(), seed=seed)
        for _ in range(5):
            network.train_step(*batch(), engine.optimizers.Adam())
        return network.parameter_vector.copy()

    assert np.array_equal(trained(1), trained(1))
    assert not np.array_equal(trained(1), trained(2))


def test_another_layer_leaves_the_first_weights_of_the_rest() -> None:
    small, large = digits(), digits()
    extra = large.add("Dense", large.nodes["flatten_1"], units=4)
    large.add("Output", extra, loss="mean_squared_error")
    one, two = engine.compile(small), engine.compile(large)
    assert np.array_equal(one.weights["dense_1/kernel"], two.weights["dense_1/kernel"])


def test_reset_gives_the_first_weights_and_the_first_masks_again() -> None:
    network = engine.compile(digits())
    first = [network.train_step(*batch(), engine.optimizers.SGD()) for _ in range(3)]
    network.reset()
    assert [network.train_step(*batch(), engine.optimizers.SGD()) for _ in range(3)] == first


@pytest.mark.parametrize("name", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_a_frozen_layer_does_not_move_by_a_bit(name: str) -> None:
    design = Design()
    x = design.add("Input", shape=(6,))
    h = design.add("Dense", x, units=5, activation="tanh", kernel_regularizer="l2", frozen=True)
    h = design.add("BatchNormalization", h, frozen=True)
    design.add("Output", design.add("Dense", h, units=3, activation="softmax"))
    network = engine.compile(design)
    before = {key: array.copy() for key, array in network.weights.items()}
    random = np.random.default_rng(0)
    optimizer = engine.optimizers.optimizers.get(name)
    for _ in range(5):
        network.train_step(random.standard_normal((7, 6)), random.integers(0, 3, 7), optimizer)
    for key, array in network.weights.items():
        assert np.array_equal(array, before[key]) == (not key.startswith("dense_2")), key


def test_shared_weights_are_one_array_and_their_gradients_add_up() -> None:
    design = Design()
    x = design.add("Input", shape=(4,))
    a = design.add("Dense", x, units=4, activation="tanh")
    b = design.add("Dense", a, units=4, activation="tanh")
    design.apply(e.ReplaceNode(b.with_(shares=a.id)))
    design.add("Output", design.add("Dense", b, units=2, activation="softmax"))
    network = engine.compile(design)
    assert "dense_2/kernel" not in network.weights
    verify(network.plan(5, True), network.store)
    random = np.random.default_rng(0)
    errors = engine.check_gradients(network, random.standard_normal((5, 4)), random.integers(0, 2, 5))
    assert max(errors.values()) < 1e-6


def test_two_outputs_add_their_weighted_losses() -> None:
    design = Design()
    x = design.add("Input", shape=(4,))
    h = design.add("Dense", x, units=5, activation="tanh")
    design.add("Output", design.add("Dense", h, units=3, activation="softmax"), name="kind")
    design.add("Output", design.add("Dense", h, units=1), name="size", loss="mean_squared_error", weight=0.3)
    network = engine.compile(design)
    random = np.random.default_rng(0)
    x_batch = random.standard_normal((6, 4))
    y_batch = {"kind": random.integers(0, 3, 6), "size": random.standard_normal((6, 1))}
    assert max(engine.check_gradients(network, x_batch, y_batch).values()) < 1e-6
    predictions = network.predict(x_batch)
    assert isinstance(predictions, dict)
    assert predictions["kind"].shape == (6, 3)
    plan = network.plan(6, True)
    network.feed(plan, x_batch, y_batch)
    plan.forward()
    assert plan.loss() == pytest.approx(plan.losses()["output_1"] + 0.3 * plan.losses()["output_2"])


def test_observed_gradients_are_reported_for_every_wire_that_carries_one() -> None:
    design = CASES["residual"]().design
    network = engine.compile(design)
    case = CASES["residual"]()
    plan = network.plan(len(case.x), True)
    network.feed(plan, case.x, case.y)
    plan.forward()
    plan.loss()
    seen: dict[tuple[str, str], float] = {}
    plan.backward_observed(
        lambda k, g: seen.update(
            {(plan.observed_edges[k].source, plan.observed_edges[k].target): float(abs(g).max())}
        )
    )
    observed = network.gradient_vector.copy()
    plan.backward()
    assert np.array_equal(observed, network.gradient_vector)
    expected = {(x.source, x.target) for x in design.edges if design.nodes[x.source].type != "Input"}
    assert set(seen) == expected
    assert all(value > 0 for value in seen.values())


def test_a_gradient_at_a_wire_is_the_derivative_by_what_flows_there() -> None:
    case = CASES["residual"]()
    network = engine.compile(case.design, dtype="float64")
    plan = network.plan(len(case.x), True)
    network.feed(plan, case.x, case.y)
    plan.forward()
    plan.loss()
    found: dict[int, np.ndarray] = {}
    plan.backward_observed(lambda k, g: found.update({k: g.copy()}))
    bias = network.weights["dense_1/bias"]
    last = next(k for k, edge in enumerate(plan.observed_edges) if edge.target == "output_1")
    _, gradients = network.loss_and_gradients(case.x, case.y)
    assert found[last].sum() == pytest.approx(float(gradients["dense_1/bias"].sum()))
    assert bias.shape == (1,)


def test_a_bad_design_is_refused_at_its_node() -> None:
    design = digits()
    design.apply(e.RemoveEdge(design.incoming("dense_2")[0]))
    with pytest.raises(DesignError, match="dense_2") as caught:
        engine.compile(design)
    assert caught.value.node == "dense_2"
    assert caught.value.problems


def test_arrays_that_do_not_fit_are_refused_with_both_shapes() -> None:
    network = engine.compile(digits())
    with pytest.raises(DataError, match=r"8 × 8 × 1.*7"):
        network.predict(np.zeros((2, 7)))
    with pytest.raises(DataError, match=r"text|<U"):
        network.predict(np.array([["a", "b"]]))
    with pytest.raises(DataError, match="0 to 9"):
        network.loss_and_gradients(batch(2)[0], np.array([3, 10]))
    with pytest.raises(SettingError, match="no parameter"):
        network.load_weights({"dense_9/kernel": np.zeros(2)})
    before = network.parameter_vector.copy()
    with pytest.raises(SettingError, match="shape"):
        network.load_weights({"dense_1/bias": np.ones(16), "dense_1/kernel": np.zeros((2, 2))})
    assert np.array_equal(before, network.parameter_vector)


def test_predictions_do_not_depend_on_the_batch_size() -> None:
    network = engine.compile(digits())
    x, _ = batch(33)
    assert np.allclose(network.predict(x), network.predict(x, batch_size=7), atol=1e-6)


def test_the_classic_first_program_has_its_parameters() -> None:
    design = Design()
    h = design.add("Dense", design.add("Input", shape=(784,)), units=512, activation="relu")
    design.add("Output", design.add("Dense", h, units=10, activation="softmax"))
    table = engine.compile(design).summary()
    for figure in ("401,920", "5,130", "407,050"):
        assert figure in table
