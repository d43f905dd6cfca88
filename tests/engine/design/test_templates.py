"""The templates: each opens, has nothing wrong with it, is laid out by hand, and does what its description says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import engine
from engine.core.errors import FileFormatError, TrainingError
from engine.data import load as load_data
from engine.design import edits as e
from engine.design import templates
from engine.design.design import Design
from engine.design.document_json import write_document
from engine.training import evaluate

NAMES = [info.name for info in templates.names()]
CARD = (176.0, 80.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_opens_and_has_nothing_wrong(name: str) -> None:
    design = templates.load(name)
    assert design.name == name
    assert [problem.message for problem in design.check() if problem.severity != "hint"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_written_as_this_version_writes_it(name: str) -> None:
    text = (templates.templates_folder() / f"{name}.json").read_text(encoding="utf-8")
    assert write_document(templates.load(name)) == text


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_template_lies_upon_something_else(name: str) -> None:
    design = templates.load(name)
    boxes = [(*node.position, *CARD) for node in design.nodes.values() if node.position is not None]
    assert len(boxes) == len(design.nodes), "every node has a place"
    boxes += [note.rectangle for note in design.notes.values()]
    assert design.notes, "a template explains itself on the canvas"
    for index, (x1, y1, w1, h1) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[index + 1 :]:
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1
    assert all(value % 16 == 0 for box in boxes for value in box), "everything is on the grid"


def test_every_file_is_listed_and_every_listing_has_words() -> None:
    files = {path.stem for path in templates.templates_folder().glob("*.json")} - {"index"}
    assert files == set(NAMES)
    for info in templates.names():
        assert info.title
        assert info.figure
        assert info.description.endswith(".")
        assert info.group in templates.GROUPS
        assert info.reaches.metric or info.reaches.breaks_at_step


def test_an_unknown_name_is_refused_with_those_known() -> None:
    with pytest.raises(FileFormatError, match="xor"):
        templates.load("xorr")
    with pytest.raises(FileFormatError):
        templates.load("../templates/xor")
    assert templates.is_template("xor")
    assert not templates.is_template("digits.json")


def test_a_template_gives_a_fresh_design_each_time() -> None:
    first = templates.load("xor")
    first.apply(e.SetSection("name", "other"))
    assert templates.load("xor").name == "xor"


REACHED = {
    "xor": 1.0,
    "two-spirals": 1.0,
    "iris": 0.93,
    "digits-mlp": 0.975,
    "digits-cnn": 0.99,
    "residual": 0.99,
    "regions": 0.96,
    "linear-stack": 0.94,
}


@pytest.mark.parametrize(("name", "accuracy"), REACHED.items())
def test_a_template_trains_as_it_opens(name: str, accuracy: float) -> None:
    design = templates.load(name)
    assert _trained(design)["accuracy"] >= accuracy


@pytest.mark.parametrize(("name", "loss"), [("curve", 0.005), ("polygon", 0.0005), ("approximation", 0.001)])
def test_a_curve_is_fitted_as_far_as_it_goes(name: str, loss: float) -> None:
    assert _trained(templates.load(name))["loss"] < loss


def test_twins_are_well_under_way_after_a_part_of_their_epochs() -> None:
    design = templates.load("siamese")
    design.training = design.training.replace(epochs=8)
    assert _trained(design)["accuracy"] > 0.85


def test_two_tasks_are_learnt_by_one_code() -> None:
    figures = _trained(templates.load("two-outputs"))
    assert figures["digit_accuracy"] > 0.965
    assert figures["drawing_mean_absolute_error"] < 0.08


def test_every_template_is_trained_in_some_test() -> None:
    folder = Path(__file__).resolve().parents[1]
    tests = [path.read_text(encoding="utf-8") for path in folder.rglob("test_*.py")]
    untried = [name for name in NAMES if not any(f'"{name}"' in text for text in tests)]
    assert untried == []


def test_the_classic_has_its_parameters() -> None:
    network = engine.compile(templates.load("mnist-mlp"))
    assert network.parameters["hidden/kernel"].size + network.parameters["hidden/bias"].size == 401_920
    assert sum(array.size for array in network.parameters.values()) == 407_050


def test_the_classic_reaches_its_test_accuracy(gradloom_data: object) -> None:
    assert _trained(templates.load("mnist-mlp"))["accuracy"] > 0.977


def test_the_textbook_step_has_the_textbook_numbers() -> None:
    design = templates.load("worked-step")
    network = engine.compile(design, dtype="float64")
    data = load_data(design.data)
    x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    assert np.allclose(data.train.x, x)
    assert np.allclose(data.train.y, y)
    assert network.predict(x)[0] == pytest.approx([0.75136507, 0.772928465], abs=5e-9)
    loss, gradients = network.loss_and_gradients(x, y)
    assert loss == pytest.approx(0.298371109, abs=5e-10)
    assert gradients["o/kernel"][0, 0] == pytest.approx(0.082167041, abs=5e-10)
    assert gradients["h/kernel"][0, 0] == pytest.approx(0.000438568, abs=5e-10)
    network.train_step(x, y, engine.optimizers.SGD(learning_rate=0.5))
    assert network.weights["o/kernel"][0, 0] == pytest.approx(0.35891648, abs=5e-9)


def test_the_vanishing_one_fails_as_it_says_and_is_cured_as_it_says() -> None:
    design = templates.load("vanishing")
    assert _trained(design, "validation")["loss"] == pytest.approx(np.log(2), abs=0.01)
    network = engine.compile(design)
    data = load_data(design.data)
    _, gradients = network.loss_and_gradients(data.train.x[:64], np.eye(2)[data.train.y[:64]])
    first = np.sqrt(np.mean(gradients["sigmoid_1/kernel"] ** 2))
    assert first < 1e-9 * np.sqrt(np.mean(gradients["sigmoid_20/kernel"] ** 2))
    _set_hidden(design, activation="relu", kernel_initializer="he_normal")
    assert _trained(design, "validation")["accuracy"] > 0.98


def test_the_exploding_one_fails_as_it_says_and_is_cured_as_it_says() -> None:
    design = templates.load("exploding")
    with pytest.raises(TrainingError, match=r"step 3\b"):
        _trained(design)
    _set_hidden(design, kernel_initializer="he_normal")
    assert _trained(design, "validation")["loss"] < 0.05


def _set_hidden(design: Design, **settings: object) -> None:
    for node in list(design.nodes.values()):
        if node.name.startswith(("sigmoid_", "relu_")):
            design.apply(e.ReplaceNode(node.with_(layer=node.layer.replace(**settings))))


def _trained(design: Design, part: str = "") -> dict[str, float]:
    """Train a design as it is and return its figures on the test part (or the validation part where there is none)."""
    data = load_data(design.data)
    network = engine.compile(design)
    for _ in engine.fit(network, data, design.training):
        pass
    split = getattr(data, part) if part else data.test or data.validation
    return evaluate(network, split)
