"""What is trained in the window and saved holds all that the command line's files hold, and the curves besides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from designer.app import Application
from designer.common.text import format_percent
from designer.window.train_commands import result_text
from engine.cli import main
from engine.data.settings import DataSettings
from engine.design import edits as e
from engine.design.design import Design
from engine.training.archive import load_archive, save_archive
from tests.app.test_application import dispose, make

SECONDS = 60_000


def blobs(folder: Path, epochs: int) -> Path:
    """Write a design that learns a table with columns of very different size, so that its scaling matters."""
    rng = np.random.default_rng(3)
    kind = rng.integers(0, 2, 240)
    x = rng.normal(size=(240, 2)) * (1.0, 400.0) + np.outer(kind, (1.5, 900.0)) + (0.0, 5000.0)
    rows = [f"{a:.6f},{b:.6f},{'no' if k else 'yes'}" for (a, b), k in zip(x, kind, strict=True)]
    (folder / "blobs.csv").write_text("\n".join(["small,large,answer", *rows]) + "\n")
    design = Design("blobs", seed=5)
    node = design.add("Input", shape=(2,))
    node = design.add("Dense", node, units=6, activation="tanh", name="hidden")
    node = design.add("Dropout", node, rate=0.1)
    node = design.add("Dense", node, units=2, activation="softmax", name="shares")
    design.add("Output", node, loss="categorical_crossentropy")
    design.data = DataSettings(
        source="blobs.csv",
        target=("answer",),
        scaling="standardize",
        validation_fraction=0.2,
        test_fraction=0.2,
    )
    design.training = design.training.replace(epochs=epochs, batch_size=16)
    place = folder / "start.gradloom"
    save_archive(place, design)
    return place


@pytest.fixture
def application(tmp_path: Path, qtbot: QtBot) -> Iterator[Application]:
    application = make(tmp_path, qtbot)
    yield application
    dispose(application)


def train(application: Application, qtbot: QtBot, *, go_on: bool = False) -> None:
    with qtbot.waitSignal(application.session.finished, timeout=SECONDS):
        application.session.train(go_on=go_on)


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main([str(argument) for argument in arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def same_run(first: Any, second: Any) -> None:
    """Assert that two files hold the same run, but for the seconds that it took."""
    for archive in (first, second):
        assert None not in (archive.weights, archive.run_state, archive.history, archive.preprocessing)
    assert first.weights.keys() == second.weights.keys()
    for name, array in first.weights.items():
        np.testing.assert_array_equal(array, second.weights[name], err_msg=name)
    assert first.run_state.arrays.keys() == second.run_state.arrays.keys()
    for name, array in first.run_state.arrays.items():
        if name != "history/seconds":
            np.testing.assert_array_equal(array, second.run_state.arrays[name], err_msg=name)
    facts = [{k: v for k, v in x.run_state.facts.items() if k != "seconds"} for x in (first, second)]
    assert facts[0] == facts[1]
    assert first.history.names == second.history.names
    for name in first.history.names:
        if name != "seconds":
            np.testing.assert_array_equal(first.history.column(name), second.history.column(name))
    assert first.preprocessing == second.preprocessing


def test_a_file_of_the_window_is_one_of_the_command_line(
    application: Application, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, window, cli = blobs(tmp_path, 4), tmp_path / "window.gradloom", tmp_path / "cli.gradloom"
    application.files.open(start)
    train(application, qtbot)
    assert application.files.save_as(window)
    *_, told = command(capsys, "train", start, "--save", cli, "--json")
    same_run(load_archive(window), load_archive(cli))
    found = [command(capsys, "evaluate", file, "--json") for file in (window, cli)]
    assert found[0] == found[1]
    answers = []
    for file in (window, cli):
        out = file.with_suffix(".csv")
        assert main(["predict", str(file), "--data", str(tmp_path / "blobs.csv"), "--out", str(out)]) == 0
        answers.append(out.read_text())
    assert answers[0] == answers[1]
    assert "yes" in answers[0]
    outcome = application.session.outcome
    assert outcome is not None
    test = outcome.evaluation["test"]
    assert {f"test_{name}": value for name, value in test.items()} == {
        name: value for name, value in told.items() if name.startswith("test_")
    }
    shown = result_text(outcome, application.session.history.epochs)
    assert shown == f"test accuracy {format_percent(test['accuracy'])}"
    assert application.window.top_bar.time_left.text() == shown


def test_the_curves_are_back_when_the_file_is_opened_again(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    application.files.open(blobs(tmp_path, 4))
    train(application, qtbot)
    before = application.session.history
    application.files.save_as(tmp_path / "window.gradloom")
    application.files.new()
    assert application.session.history.is_empty
    application.files.open(tmp_path / "window.gradloom")
    after = application.session.history
    assert not application.files.modified
    assert after.epochs == before.epochs
    assert after.best == before.best
    np.testing.assert_array_equal(after.scalars.step, before.scalars.step)
    for name in ("loss", "loss_low", "metric", "learning_rate"):
        np.testing.assert_allclose(after.scalars[name], before.scalars[name], rtol=1e-6)
    assert after.plan.total_steps == before.plan.total_steps
    assert after.plan.metric == before.plan.metric == "accuracy"
    application.window.plots.settle()
    panel: Any = application.window.plots.panel("loss")
    qtbot.waitUntil(lambda: not panel.is_empty)


@pytest.mark.parametrize("way", ["window", "command line"])
def test_a_run_that_was_saved_in_the_window_goes_on_bit_for_bit(
    application: Application, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    start, held, whole = blobs(tmp_path, 3), tmp_path / "held.gradloom", tmp_path / "whole.gradloom"
    ended = tmp_path / "ended.gradloom"
    command(capsys, "train", start, "--epochs", 7, "--save", whole, "--json")
    application.files.open(start)
    train(application, qtbot)
    application.files.save_as(held)
    if way == "window":
        application.files.new()
        application.files.open(held)
        training = application.document.design.training.replace(epochs=7)
        application.document.push("Epochs", [e.SetSection("training", training)])
        train(application, qtbot, go_on=True)
        history = application.session.history
        assert history.scalars.step.tolist() == list(range(1, history.plan.total_steps + 1))
        assert [epoch.epoch for epoch in history.epochs] == list(range(1, 8))
        application.files.save_as(ended)
    else:
        command(capsys, "train", held, "--resume", "--epochs", 7, "--save", ended, "--json")
    same_run(load_archive(ended), load_archive(whole))


def test_a_file_of_the_command_line_shows_its_epochs(
    application: Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, trained = blobs(tmp_path, 5), tmp_path / "trained.gradloom"
    command(capsys, "train", start, "--save", trained, "--json")
    application.files.open(trained)
    history = application.session.history
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5]
    assert len(history.scalars) == 5
    assert history.epochs[0].validation.keys() == {"loss", "accuracy"}


def test_data_is_found_from_another_folder(application: Application, qtbot: QtBot, tmp_path: Path) -> None:
    application.files.open(blobs(tmp_path, 1))
    other = tmp_path / "other"
    other.mkdir()
    assert application.files.save_as(other / "copy.gradloom")
    assert not application.files.modified
    train(application, qtbot)
    data = load_archive(other / "copy.gradloom").design.data
    assert data is not None
    assert data.source == str(tmp_path / "blobs.csv")


def test_a_file_whose_run_can_go_on_says_so(application: Application, qtbot: QtBot, tmp_path: Path) -> None:
    assert application.files.open(blobs(tmp_path, 2))
    bar = application.window.top_bar
    assert bar.headline.text() == ""
    train(application, qtbot)
    assert application.files.save_as(tmp_path / "trained.gradloom")
    assert application.files.open(tmp_path / "trained.gradloom")
    assert bar.headline.text() == "", "all epochs are done"
    longer = application.document.design.training.replace(epochs=6)
    with qtbot.waitSignal(application.document.checked):
        application.document.push("Train for longer", [e.SetSection("training", longer)])
    assert (bar.headline.text(), bar.detail.text()) == ("Held in epoch 3 of 6", "Ctrl+F5 continues")
    assert application.window.commands["continue"].isEnabled()


def test_a_network_that_makes_samples_is_judged_by_them() -> None:
    figures = {"loss": 2.0, "on_real_accuracy": 0.6, "sample_precision": 0.94, "sample_coverage": 0.7}
    epoch = SimpleNamespace(epoch=1, metrics=figures, validation={})
    assert result_text(None, [epoch]) == f"sample precision {format_percent(0.94)}"
    del figures["sample_precision"]
    assert result_text(None, [epoch]) == f"training on real accuracy {format_percent(0.6)}"
