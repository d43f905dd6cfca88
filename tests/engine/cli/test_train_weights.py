"""gradloom train --weights: a run begins with what fits of another file, and says what does not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.cli import main
from engine.design import templates
from engine.export import export


def weights_of_iris(folder: Path, **changes: np.ndarray) -> Path:
    design = templates.load("iris")
    path = folder / "other.npz"
    export(design, {**engine.compile(design, seed=9).weights, **changes}, path)
    return path


def test_a_run_begins_with_what_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = weights_of_iris(tmp_path, extra=np.zeros(3))
    assert main(["train", "iris", "--epochs", "1", "--weights", str(path)]) == 0
    out = capsys.readouterr().out
    assert "same name and shape" in out
    assert "nothing in the network for it; skipped" in out


def test_the_same_weights_give_the_same_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = weights_of_iris(tmp_path)
    losses = []
    for arguments in ([], ["--weights", str(path)], ["--weights", str(path)]):
        assert main(["train", "iris", "--epochs", "2", "--json", *arguments]) == 0
        losses.append(json.loads(capsys.readouterr().out.splitlines()[-1])["loss"])
    assert losses[0] != losses[1] == losses[2]


def test_a_file_of_which_nothing_fits_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "strange.npz", nothing=np.zeros((7, 7, 7)))
    assert main(["train", "iris", "--weights", str(tmp_path / "strange.npz")]) == 1
    assert "none of its arrays fits" in capsys.readouterr().err
