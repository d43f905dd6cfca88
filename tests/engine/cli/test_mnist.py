"""The classic first program on the full data set: 97.5 % of the test images at least, in five epochs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engine.cli.running import Run


@pytest.fixture(scope="module")
def mnist(gradloom_data: Path) -> None:
    if not (gradloom_data / "mnist").is_dir():
        pytest.skip(f"{gradloom_data} holds no mnist: put the four IDX files into a folder of that name")


def test_the_summary_has_the_classic_figures(run: Run) -> None:
    text = run("summary", "mnist-mlp").out
    for figure in ("401,920", "5,130", "407,050"):
        assert figure in text


def test_the_classic_program_from_the_command_line(mnist: None, folder: Path, run: Run) -> None:
    outcome = run("train", "mnist-mlp", "--json", "--save", "m.gradloom")
    assert outcome.status == 0
    result = outcome.rows[-1]
    assert result["epochs"] <= 5
    assert result["test_accuracy"] >= 0.975
    (again,) = run("evaluate", "m.gradloom", "--data", "mnist", "--json").rows
    assert again["samples"] == 10_000
    assert again["accuracy"] == pytest.approx(result["test_accuracy"])
    assert again["loss"] == pytest.approx(result["test_loss"])
    assert run("predict", "m.gradloom", "--data", "mnist", "--out", "p.csv").status == 0
    with (folder / "p.csv").open() as file:
        assert np.array([1 for _ in file]).size == 10_001
