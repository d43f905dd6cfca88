"""Masks: they follow the sequence, meet where sequences meet, and the loss counts real steps only."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

import engine
from engine.compiler.gradient_check import PASS
from engine.compiler.verify import verify
from engine.layers.base import Binding, Kernel, Layer, Masking
from engine.training.evaluation import evaluate

BATCH, STEPS, FEATURES = 4, 5, 3


class Padded(Layer, frozen=True):
    """Passes a sequence on; the steps after the first `real` ones are padding, one more of them for each sample."""

    MASKING: ClassVar[Masking] = "make"
    ACTIVATION_FIELD: ClassVar[str] = ""
    real: int = 4

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,), mask = binding.inputs, binding.outputs, binding.output_mask
        assert mask is not None

        def forward() -> None:
            np.copyto(y, x)
            np.less(np.arange(x.shape[1]), self.real - np.arange(len(x))[:, None], mask)

        def backward() -> None:
            if binding.input_gradients[0] is not None:
                np.copyto(binding.input_gradients[0], binding.output_gradients[0])

        return Kernel(forward, backward)


class MaskProbe(Layer, frozen=True):
    """Gives the mask that arrives, as numbers."""

    ACTIVATION_FIELD: ClassVar[str] = ""

    def bind(self, binding: Binding) -> Kernel:
        (y,), (mask,) = binding.outputs, binding.input_masks

        def forward() -> None:
            y[...] = 1 if mask is None else mask[..., None]

        return Kernel(forward)


def real_steps(real: int) -> Any:
    return np.arange(STEPS) < real - np.arange(BATCH)[:, None]


def batch(outputs: int) -> tuple[Any, Any]:
    random = np.random.default_rng(1)
    return random.standard_normal((BATCH, STEPS, FEATURES)), random.standard_normal((BATCH, STEPS, outputs))


def probed(*between: tuple[str, dict[str, Any]], real: tuple[int, ...] = (4,)) -> Any:
    """The mask that reaches a probe behind these layers, fed by one padded sequence for each of `real`."""
    design = engine.Design()
    x = design.add("Input", shape=(STEPS, FEATURES))
    nodes: list[Any] = [design.add(Padded(real=steps), x) for steps in real]
    for kind, settings in between:
        nodes = [design.add(kind, nodes, **settings)]
    design.add("Output", design.add(MaskProbe(), nodes[0]), loss="mean_squared_error")
    return np.asarray(engine.compile(design).predict(batch(1)[0]))[..., 0] > 0


@pytest.mark.parametrize(
    "between",
    [
        ("Dense", {"units": 2, "activation": "relu"}),
        ("Dropout", {}),
        ("LayerNormalization", {}),
        ("Activation", {}),
    ],
    ids=lambda pair: pair[0],
)
def test_a_mask_follows_what_is_computed_step_by_step(between: tuple[str, dict[str, Any]]) -> None:
    assert np.array_equal(probed(between), real_steps(4))


def test_masks_end_where_the_steps_end() -> None:
    reshape = ("Reshape", {"target_shape": (STEPS, FEATURES)})
    assert probed(("Flatten", {}), reshape).all()


def test_masks_meet_where_sequences_meet() -> None:
    assert np.array_equal(probed(("Add", {}), real=(5, 3)), real_steps(3))
    assert np.array_equal(probed(("Concatenate", {}), real=(5, 3, 4)), real_steps(3))
    assert probed(("Concatenate", {"axis": 1}), real=(5, 3)).shape == (BATCH, 2 * STEPS)


def labelled(loss: Any, activation: str = "linear", units: int = 2) -> engine.Design:
    design = engine.Design()
    x = design.add(Padded(), design.add("Input", shape=(STEPS, FEATURES)))
    h = design.add("Dense", x, units=units, activation=activation)
    design.add("Output", h, loss=loss)
    return design


def test_padded_steps_do_not_count_in_loss_and_gradients() -> None:
    design = labelled("mean_squared_error")
    network = engine.compile(design, dtype="float64")
    x, y = batch(2)
    loss, gradients = network.loss_and_gradients(x, y)
    real = real_steps(4)
    errors = (x @ network.parameters["dense_1/kernel"] - y)[real]
    assert loss == pytest.approx(np.mean(errors**2), rel=1e-12)
    expected = 2 * x[real].T @ errors / errors.size
    np.testing.assert_allclose(gradients["dense_1/kernel"], expected, rtol=1e-10)
    assert max(engine.check_gradients(network, x, y).values()) < PASS
    plan = network.plan(BATCH, training=True)
    assert np.array_equal(plan.masks["output_1"], real)
    verify(plan, network.store)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_class_weights_and_masks_multiply(loss: str) -> None:
    network = engine.compile(labelled(loss, "softmax", 3), dtype="float64")
    weights = np.array([1.0, 4.0, 0.5])
    network.class_weights["output_1"] = weights
    x, classes = batch(1)[0], np.random.default_rng(2).integers(0, 3, (BATCH, STEPS))
    value, _ = network.loss_and_gradients(x, classes)
    p = np.asarray(network.predict(x))
    each = -np.log(np.take_along_axis(p, classes[..., None], -1)[..., 0]) * weights[classes]
    real = real_steps(4)
    assert value == pytest.approx(each[real].sum() / real.sum(), rel=1e-10)
    assert (
        max(engine.check_gradients(network, x, classes).values()) < 1
    )  # the checker's twin has no class weights


def test_a_wired_target_takes_the_place_of_the_data() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(2, 3))
    h = design.add("Dense", design.add("Flatten", x), units=4, activation="tanh")
    y = design.add("Dense", h, units=6)
    output = design.add("Output", y, loss="mean_squared_error")
    design.connect(x, output, target_port="target")
    assert not [p for p in design.check() if p.severity == "error"]
    network = engine.compile(design, dtype="float64")
    assert network.targets == ()
    samples = np.random.default_rng(3).standard_normal((5, 2, 3))
    loss, _ = network.loss_and_gradients(samples)
    assert loss == pytest.approx(np.mean((np.asarray(network.predict(samples)) - samples.reshape(5, 6)) ** 2))
    assert max(engine.check_gradients(network, samples).values()) < PASS
    for training in (True, False):
        verify(network.plan(5, training), network.store)
    before = loss
    for _ in range(200):
        loss = network.train_step(samples, None, engine.optimizers.Adam(learning_rate=0.01))
    assert loss < before / 4
    assert len(list(engine.fit(network, (samples, np.zeros(5)), design.training))) == 20


def test_no_gradient_flows_into_a_target() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(3,))
    fixed, moved = design.add("Dense", x, units=2), design.add("Dense", x, units=2)
    output = design.add("Output", moved, loss="mean_squared_error")
    design.connect(fixed, output, target_port="target")
    _, gradients = engine.compile(design).loss_and_gradients(np.ones((4, 3)))
    assert not gradients["dense_1/kernel"].any()
    assert gradients["dense_2/kernel"].any()


def test_a_target_of_another_size_is_refused() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(3,))
    output = design.add("Output", design.add("Dense", x, units=2), loss="mean_squared_error")
    design.connect(x, output, target_port="target")
    (problem,) = [p for p in design.check() if p.severity == "error"]
    assert "expects a target of 2" in problem.message


def test_ids_are_refused_by_what_computes_with_numbers() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(4, 2), dtype="int")
    design.add("Output", design.add("Dense", design.add("Flatten", x), units=2), loss="mean_squared_error")
    (problem,) = [p for p in design.check() if p.severity == "error"]
    assert problem.node == "dense_1"
    assert "Embedding" in problem.message


def test_metrics_count_real_steps_only() -> None:
    network = engine.compile(labelled("sparse_categorical_crossentropy", "softmax", 3))
    x, classes = batch(1)[0], np.random.default_rng(2).integers(0, 3, (BATCH, STEPS))
    found = np.asarray(network.predict(x)).argmax(-1)
    real = real_steps(4)
    expected = np.mean((found == classes)[real])
    assert evaluate(network, (x, classes), ["accuracy"])["accuracy"] == pytest.approx(expected)
