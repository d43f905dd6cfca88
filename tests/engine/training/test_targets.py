"""Data meets a network: what fits, what is turned into what fits, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data.dataset import Split
from engine.losses import losses
from engine.training import fit, prepare_targets, targets
from engine.training.targets import bind_data
from tests.engine.training.networks import classifier

LABELS = np.array([0, 2, 1])
ROWS = np.eye(3, dtype=np.float32)[LABELS]


def prepared(loss: str, y: Any, shape: tuple[int, ...], **more: Any) -> np.ndarray:
    return prepare_targets(losses.get(loss), np.asarray(y), shape, **more)


def test_class_numbers_become_what_the_loss_takes() -> None:
    assert np.array_equal(prepared("categorical_crossentropy", LABELS, (3,)), ROWS)
    assert np.array_equal(prepared("categorical_crossentropy", ROWS, (3,)), ROWS)
    assert np.array_equal(prepared("sparse_categorical_crossentropy", LABELS, (3,)), LABELS)
    assert np.array_equal(prepared("sparse_categorical_crossentropy", ROWS, (3,)), LABELS)
    assert np.array_equal(prepared("mean_squared_error", LABELS, (3,)), ROWS)
    assert prepared("binary_crossentropy", [0, 1, 1], (1,)).tolist() == [[0], [1], [1]]
    assert prepared("mean_squared_error", [0.5, 1.5, 2.5], (1,)).shape == (3, 1)


@pytest.mark.parametrize(
    ("loss", "y", "shape", "message"),
    [
        ("categorical_crossentropy", [0, 3], (3,), "give the last layer 4 units"),
        ("sparse_categorical_crossentropy", [0, 7], (3,), "give the last layer 8 units"),
        ("sparse_categorical_crossentropy", [-1, 0], (3,), "run from -1"),
        ("binary_crossentropy", [0, 1, 2], (1,), "3 units with softmax"),
        ("mean_squared_error", [[1.0, 2.0]], (3,), "takes targets of 3"),
    ],
)
def test_targets_that_do_not_fit(loss: str, y: Any, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        prepared(loss, y, shape)


def test_samples_of_the_same_size_are_reshaped_and_others_refused() -> None:
    design = engine.Design()
    node = design.add("Dense", design.add("Input", shape=(6,)), units=2, activation="softmax")
    design.add("Output", node)
    network = engine.compile(design)
    bound = bind_data(network, Split(np.zeros((4, 2, 3)), np.zeros(4, int)))
    assert bound.inputs["input_1"].shape == (4, 6)
    with pytest.raises(TrainingError, match="set its shape to 5") as caught:
        bind_data(network, Split(np.zeros((4, 5)), np.zeros(4, int)))
    assert caught.value.node == "input_1"


def test_no_samples() -> None:
    with pytest.raises(TrainingError, match="not a single sample"):
        fit(engine.compile(classifier()), (np.zeros((0, 2)), np.zeros(0, int)))


def test_an_output_of_the_shape_of_the_input_is_an_autoencoder() -> None:
    design = engine.Design()
    node = design.add("Dense", design.add("Input", shape=(6,)), units=3, activation="tanh")
    design.add("Output", design.add("Dense", node, units=6), loss="mean_squared_error")
    x = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    network = engine.compile(design)
    bound = bind_data(network, Split(x, np.arange(40) % 4))
    assert bound.reconstructed == ("output_1",)
    assert np.array_equal(bound.targets["output_1"], x)
    last = list(fit(network, (x, np.arange(40) % 4)))[-1]
    assert "accuracy" not in last.metrics


def test_several_inputs_and_outputs_go_by_name() -> None:
    design = engine.Design()
    left = design.add("Input", shape=(2,), name="left")
    right = design.add("Input", shape=(3,), name="right")
    node = design.add("Concatenate", [left, right])
    design.add("Output", design.add("Dense", node, units=2, activation="softmax"), name="kind")
    design.add("Output", design.add("Dense", node, units=1), name="size", loss="mean_squared_error")
    network = engine.compile(design)
    rng = np.random.default_rng(0)
    x = {"left": rng.normal(size=(20, 2)), "right": rng.normal(size=(20, 3))}
    y = {"kind": rng.integers(0, 2, 20), "size": rng.normal(size=(20, 1))}
    last = list(fit(network, Split(x, y)))[-1]
    assert set(last.metrics) == {"loss", "kind_accuracy", "size_mean_absolute_error"}
    with pytest.raises(TrainingError, match="no samples for right; the data has them for: left") as caught:
        fit(network, Split({"left": x["left"]}, y))
    assert caught.value.node == "input_2"


def test_wide_one_hot_rows_are_made_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    design, data = classifier(), Split(*_points())
    expected = [s.loss for s in fit(engine.compile(design), data)]
    monkeypatch.setattr(targets, "ONE_HOT_BYTES", 0)
    network = engine.compile(design)
    assert bind_data(network, data).labels.keys() == {"output_1"}
    assert [s.loss for s in fit(network, data)] == expected
    with pytest.raises(TrainingError, match="run from 0 to 5"):
        fit(network, Split(data.x, np.full(len(data), 5) * (np.arange(len(data)) > 3)))


def _points() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    return x, (x[:, 0] > 0).astype(np.int64)


def test_one_array_is_shared_out_among_several_inputs_and_outputs_in_order() -> None:
    design = engine.Design()
    a, b = design.add("Input", shape=(2, 2), name="a"), design.add("Input", shape=(3,), name="b")
    h = design.add("Concatenate", [design.add("Flatten", a), b])
    for name, units in (("p", 1), ("q", 2)):
        design.add("Output", design.add("Dense", h, units=units), name=name, loss="mean_squared_error")
    x, y = np.arange(14, dtype=np.float32).reshape(2, 7), np.arange(6, dtype=np.float32).reshape(2, 3)
    bound = bind_data(engine.compile(design), Split(x, y))
    assert np.array_equal(bound.inputs["input_1"], x[:, :4].reshape(2, 2, 2))
    assert np.array_equal(bound.inputs["input_2"], x[:, 4:])
    assert np.array_equal(bound.targets["output_1"], y[:, :1])
    assert np.array_equal(bound.targets["output_2"], y[:, 1:])


def test_an_array_that_fits_every_input_goes_to_each() -> None:
    design = engine.Design()
    a, b = design.add("Input", shape=(3,)), design.add("Input", shape=(3,))
    design.add("Output", design.add("Dense", design.add("Add", [a, b]), units=1), loss="mean_squared_error")
    bound = bind_data(engine.compile(design), Split(np.ones((2, 3)), np.ones((2, 1))))
    assert np.array_equal(bound.inputs["input_1"], bound.inputs["input_2"])
