"""The engine as a library: each call as the documentation promises it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.core.errors import ConnectionRuleError, DesignError, GradloomError, SettingError, TrainingError
from engine.core.problems import Problem

LOSSES = {
    "mean_squared_error", "half_squared_error", "mean_absolute_error", "huber", "categorical_crossentropy",
    "sparse_categorical_crossentropy", "binary_crossentropy",
}  # fmt: skip


def digits() -> engine.Design:
    design = engine.Design("digits")
    x = design.add("Input", shape=(784,))
    h = design.add("Dense", x, units=512, activation="relu")
    y = design.add("Dense", h, units=10, activation="softmax")
    design.add("Output", y, loss="categorical_crossentropy")
    return design


def batch(count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.random((count, 784), np.float32), random.integers(0, 10, count)


def small() -> engine.Design:
    design = engine.Design("small", seed=4)
    h = design.add("Dense", design.add("Input", shape=(3,)), units=6, activation="tanh")
    h = design.add("Dropout", h, rate=0.2)
    design.add("Output", design.add("Dense", h, units=2, activation="softmax"))
    return design


def small_data(count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    x = random.standard_normal((count, 3)).astype(np.float32)
    return x, (x[:, 0] > 0).astype(np.int64)


def test_the_first_example_of_the_documentation() -> None:
    design = digits()
    assert design.check() == []
    network = engine.compile(design, seed=0, dtype="float32")
    assert set(network.parameters) == {"dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"}
    assert network.parameters["dense_1/kernel"].shape == (784, 512)
    table = network.summary()
    for figure in ("401,920", "5,130", "407,050"):
        assert figure in table
    x, y = batch()
    probabilities = network.predict(x)
    assert isinstance(probabilities, np.ndarray)
    assert probabilities.shape == (8, 10)
    assert np.allclose(probabilities.sum(axis=1), 1)
    loss, gradients = network.loss_and_gradients(x, y)
    assert isinstance(loss, float)
    assert {name: array.shape for name, array in gradients.items()} == {
        name: array.shape for name, array in network.parameters.items()
    }
    before = network.train_step(x, y, engine.optimizers.Adam(learning_rate=1e-3))
    assert before == loss
    assert network.loss_and_gradients(x, y)[0] < loss
    errors = engine.check_gradients(network, x, y)
    assert set(errors) == set(gradients)
    assert max(errors.values()) < 1e-6


def test_parameters_are_views_of_one_vector() -> None:
    network = engine.compile(small())
    network.parameters["dense_1/kernel"][...] = 0.25
    where = network.parameter_slices["dense_1/kernel"]
    assert (network.parameter_vector[where] == 0.25).all()
    assert network.parameter_vector.flags.c_contiguous


def test_x_and_y_may_be_dictionaries_by_node_name() -> None:
    network = engine.compile(small(), dtype="float64")
    x, y = small_data()
    plain = network.loss_and_gradients(x, y)[0]
    network.reset()
    assert network.loss_and_gradients({"input_1": x}, {"output_1": np.eye(2)[y]})[0] == plain


def test_a_step_is_repeated_exactly_by_a_second_network() -> None:
    x, y = small_data()
    first, second = (engine.compile(small(), seed=1) for _ in range(2))
    optimizer = engine.optimizers.RMSprop(learning_rate=0.01)
    losses = [(first.train_step(x, y, optimizer), second.train_step(x, y, optimizer)) for _ in range(5)]
    assert all(a == b for a, b in losses)
    assert np.array_equal(first.parameter_vector, second.parameter_vector)


def test_fit_is_a_plain_generator_that_ends_and_that_can_be_left() -> None:
    network = engine.compile(small())
    settings = engine.TrainingSettings(epochs=3, batch_size=16)
    snapshots = list(engine.fit(network, small_data(), settings))
    assert [s.step for s in snapshots] == list(range(1, 10))
    assert [s.epoch for s in snapshots if s.epoch_ended] == [1, 2, 3]
    assert [s.stopped for s in snapshots[:-1]] == [""] * 8
    assert snapshots[-1].stopped == "epochs"
    network.reset()
    for snapshot in engine.fit(network, small_data(), settings):
        if snapshot.step == 4:
            break
    assert network.predict(small_data()[0]).shape == (40, 2)


def test_fit_takes_the_settings_of_the_design_where_none_are_given() -> None:
    design = small()
    design.training = engine.TrainingSettings(epochs=2, batching="full_batch")
    assert len(list(engine.fit(engine.compile(design), small_data()))) == 2


def test_fit_and_evaluate_agree_on_what_was_learned() -> None:
    network = engine.compile(small())
    x, y = small_data(200)
    settings = engine.TrainingSettings(epochs=60, optimizer={"name": "adam", "learning_rate": 0.02})
    snapshots = list(engine.fit(network, (x, y, x, y), settings))
    assert snapshots[-1].validation is not None
    result = engine.evaluate(network, (x, y))
    assert result["accuracy"] > 0.95
    assert result["accuracy"] == pytest.approx(np.mean(network.predict(x).argmax(axis=1) == y))


@pytest.mark.parametrize("suffix", [".gradloom", ".json"])
def test_save_and_load(tmp_path: Path, suffix: str) -> None:
    design = digits()
    design.save(tmp_path / f"d{suffix}")
    assert engine.Design.load(tmp_path / f"d{suffix}") == design
    assert engine.Design.load(str(tmp_path / f"d{suffix}")) == design


def test_the_bare_document_has_one_node_a_line(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    digits().save(path)
    text = path.read_text(encoding="utf-8")
    digits().save(path)
    assert path.read_text(encoding="utf-8") == text
    assert len([line for line in text.splitlines() if line.strip().startswith('{"id"')]) == 4
    assert json.loads(text)["version"] == 1


def test_check_lists_problems_and_never_raises() -> None:
    design = engine.Design()
    assert [p.code for p in design.check()] == ["empty"]
    h = design.add("Dense", units=3)
    design.add("Output", h)
    problems = design.check()
    assert all(isinstance(problem, Problem) for problem in problems)
    missing = next(p for p in problems if p.code == "missing_wire")
    assert (missing.node, missing.severity) == ("dense_1", "error")
    assert missing.repair is not None
    for edit in missing.repair.edits:
        design.apply(edit)
    assert "dense_1" not in design.nodes


def test_a_bad_design_is_refused_naming_the_node() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(4,))
    design.add("Output", design.add("Add", [x, design.add("Dense", units=4)]))
    with pytest.raises(DesignError, match="dense_1") as caught:
        engine.compile(design)
    assert caught.value.node == "dense_1"


def test_bad_settings_and_wires_are_refused_at_once() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(4,))
    with pytest.raises(SettingError, match="units"):
        design.add("Dense", x, units=0)
    with pytest.raises(SettingError, match="Dense"):
        design.add("Danse", x)
    h = design.add("Dense", x, units=3)
    with pytest.raises(ConnectionRuleError):
        design.connect(h, h)
    with pytest.raises(SettingError, match="float16"):
        engine.compile(digits(), dtype="float16")
    assert list(design.nodes) == ["input_1", "dense_1"], "what was refused leaves nothing behind"


def test_a_refused_layer_leaves_nothing_behind() -> None:
    design = engine.Design()
    a = design.add("Input", shape=(4,))
    with pytest.raises(GradloomError):
        design.add("Dense", [a, a], units=3)
    with pytest.raises(GradloomError):
        design.add("Input", a, shape=(2,))
    assert list(design.nodes) == ["input_1"]
    assert design.edges == []


def test_data_that_does_not_fit_is_refused_before_anything_moves() -> None:
    network = engine.compile(small())
    before = network.parameter_vector.copy()
    with pytest.raises(TrainingError, match="input_1"):
        next(engine.fit(network, (np.zeros((5, 7)), np.zeros(5, np.int64))))
    with pytest.raises(GradloomError, match=r"[cC]lass"):
        next(engine.fit(network, (np.zeros((5, 3)), np.full(5, 9))))
    assert np.array_equal(before, network.parameter_vector)


def test_no_samples_give_no_predictions_and_no_loss() -> None:
    network = engine.compile(small())
    assert network.predict(np.zeros((0, 3))).shape == (0, 2)
    with pytest.raises(GradloomError, match="single sample"):
        network.loss_and_gradients(np.zeros((0, 3)), np.zeros(0, np.int64))
    with pytest.raises(GradloomError, match="one row each"):
        network.predict(np.float32(3))


def test_inputs_of_different_length_are_refused() -> None:
    design = engine.Design()
    a, b = design.add("Input", shape=(2,)), design.add("Input", shape=(2,))
    design.add("Output", design.add("Add", [a, b]), loss="mean_squared_error")
    with pytest.raises(GradloomError, match="differ in their number of samples: 3, 4"):
        engine.compile(design).predict({"input_1": np.zeros((3, 2)), "input_2": np.zeros((4, 2))})


def test_an_input_that_leads_nowhere_needs_no_samples() -> None:
    design = small()
    design.add("Dense", design.add("Input", shape=(9,)), units=2)
    assert {problem.severity for problem in design.check()} == {"warning"}
    network = engine.compile(design)
    assert network.inputs == ("input_1",)
    assert network.predict(small_data()[0]).shape == (40, 2)
    assert len(list(engine.fit(network, small_data(), engine.TrainingSettings(epochs=1)))) == 2


def test_every_loss_that_is_promised_is_there() -> None:
    assert set(engine.losses.losses.names()) >= LOSSES


def test_every_public_name_is_there() -> None:
    for name in engine.__all__:
        assert getattr(engine, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        engine.no_such_thing  # noqa: B018


def test_training_in_a_process_of_its_own_gives_the_same_bits() -> None:
    """Hash seeds, memory addresses and the clock differ from process to process; the weights may not."""
    program = (
        "import hashlib; from tests.engine.test_public_api import *\n"
        "network = engine.compile(small())\n"
        "for _ in engine.fit(network, small_data(), engine.TrainingSettings(epochs=4, batch_size=7)): pass\n"
        "print(hashlib.sha256(network.parameter_vector.tobytes()).hexdigest())"
    )
    root = Path(__file__).resolve().parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
