"""gradloom generate: texts from a trained file, as lines and as JSON, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import engine
from engine.data import DataSettings, load
from tests.engine.cli.running import Run, flowers
from tests.engine.training.test_writing import translator


@pytest.fixture
def reversing(folder: Path, run: Run) -> Path:
    settings = DataSettings(source="reversed_letters", options={"samples": 300, "letters": 3, "longest": 3})
    design = translator(load(settings))
    design.data = settings
    design.training = engine.TrainingSettings(epochs=60, optimizer={"name": "adam", "learning_rate": 0.02})
    design.save(folder / "reversing.json")
    assert run("train", "reversing.json", "--json", "--save", "reversing.gradloom").status == 0
    return folder / "reversing.gradloom"


def test_what_is_trained_writes(reversing: Path, folder: Path, run: Run) -> None:
    assert run("generate", reversing, "--prompt", "abc").out == "cba\n"
    outcome = run("generate", reversing, "--prompt", "ab", "--beam", 3, "--count", 2, "--json")
    assert outcome.rows[0]["text"] == "ba"
    assert outcome.rows[0]["ended"] is True
    assert len(outcome.rows) == 2
    drawn = run("generate", reversing, "--prompt", "ab", "--temperature", 3, "--count", 4, "--seed", 1)
    assert len(drawn.out.splitlines()) == 4
    assert "was never shown" in run("generate", reversing, "--prompt", "XY").error
    outcome = run("predict", reversing, "--out", "p.csv")
    assert outcome.status == 0
    with (folder / "p.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert set("".join(row["prediction"] for row in rows)) <= set("abc")


def test_a_network_that_does_not_write_says_so(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    assert "holds no weights" in run("generate", "f.json").error
    assert run("train", "f.json", "--json", "--save", "f.gradloom").status == 0
    assert "does not write" in run("generate", "f.gradloom", "--prompt", "a").error
