"""The same seed twice, and a run saved and gone on with, give the same weights to the bit; on the command line too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.training.archive import Archive, load_archive
from tests.engine.cli.running import Run, flowers

OPTIMIZERS = ["sgd", "adam", "adamw", "rmsprop", "adagrad"]


def same_weights(one: Archive, other: Archive) -> bool:
    assert one.weights
    assert other.weights
    assert set(one.weights) == set(other.weights)
    return all(np.array_equal(array, other.weights[name]) for name, array in one.weights.items())


def test_the_same_seed_twice(folder: Path, run: Run) -> None:
    flowers(epochs=4).save(folder / "f.json")
    for out, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert run("train", "f.json", "--seed", seed, "--save", f"{out}.gradloom").status == 0
    a, b, c = (load_archive(folder / f"{name}.gradloom") for name in "abc")
    assert same_weights(a, b)
    assert not same_weights(a, c)
    assert a.design.seed == 3


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_gone_on_with_ends_as_if_it_had_never_been_held(optimizer: str, folder: Path, run: Run) -> None:
    flowers(optimizer=optimizer, schedule="inverse_time").save(folder / "f.json")
    assert run("train", "f.json", "--epochs", 6, "--save", "whole.gradloom").status == 0
    assert run("train", "f.json", "--epochs", 2, "--save", "part.gradloom").status == 0
    for epochs in (3, 6):
        outcome = run(
            "train", "part.gradloom", "--resume", "--epochs", epochs, "--save", "part.gradloom", "--json"
        )
        assert outcome.status == 0
    assert [row["epoch"] for row in outcome.rows[:-1]] == [4, 5, 6]
    whole, part = load_archive(folder / "whole.gradloom"), load_archive(folder / "part.gradloom")
    assert same_weights(whole, part)
    assert whole.history is not None
    assert part.history is not None
    assert np.array_equal(whole.history.column("val_loss"), part.history.column("val_loss"))


def test_a_finished_run_says_how_to_go_on(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    run("train", "f.json", "--save", "f.gradloom")
    before = (folder / "f.gradloom").read_bytes()
    outcome = run("train", "f.gradloom", "--resume", "--save", "f.gradloom")
    assert (outcome.status, "Raise --epochs" in outcome.error) == (1, True)
    assert (folder / "f.gradloom").read_bytes() == before


def test_a_run_on_other_data_is_not_gone_on_with(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    run("train", "f.json", "--save", "f.gradloom")
    rows = [f"{i},{i % 3},{i % 5},1,{'xyz'[i % 3]}\n" for i in range(30)]
    (folder / "other.csv").write_text("a,b,c,d,kind\n" + "".join(rows))
    outcome = run("train", "f.gradloom", "--resume", "--epochs", 9, "--data", "other.csv")
    assert (outcome.status, "training samples" in outcome.error) == (1, True)
