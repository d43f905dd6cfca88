"""Every version of the file format that was ever written still opens, means the same, and goes on training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import engine
from engine.data import load
from engine.design.document_json import VERSION
from engine.training import fit
from engine.training.archive import load_archive, save_archive

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
VERSIONS = range(1, VERSION + 1)
FIRST_SAMPLES = np.array([[-1.5704188, 0.6717205], [-0.21146391, 1.3022437]], np.float32)
FIRST_PREDICTIONS = [[0.38315994, 0.61684006], [0.33480176, 0.66519827]]


@pytest.fixture(params=VERSIONS)
def stem(request: pytest.FixtureRequest) -> Path:
    return GOLDEN / f"version_{request.param}"


def test_the_bare_document_and_the_archive_hold_one_design(stem: Path) -> None:
    design = engine.Design.load(stem.with_suffix(".json"))
    assert engine.Design.load(stem.with_suffix(".gradloom")) == design
    assert [node.name for node in design.nodes.values()][:2] == ["input_1", "first layer"]
    assert design.nodes["dense_2"].frozen
    assert not [problem for problem in design.check() if problem.severity == "error"]


def test_the_weights_give_the_same_predictions(stem: Path) -> None:
    archive = load_archive(stem.with_suffix(".gradloom"))
    network = engine.compile(archive.design)
    assert archive.weights is not None
    network.load_weights(archive.weights)
    predictions = network.predict(FIRST_SAMPLES)
    assert np.allclose(predictions, FIRST_PREDICTIONS, atol=1e-6)
    assert archive.preprocessing is not None
    assert archive.preprocessing.offset
    assert archive.history is not None
    assert archive.history.column("epoch").tolist() == [1.0]
    assert archive.thumbnail is not None


def test_the_held_run_goes_on(stem: Path) -> None:
    archive = load_archive(stem.with_suffix(".gradloom"))
    assert archive.design.data is not None
    network = engine.compile(archive.design)
    snapshots = list(fit(network, load(archive.design.data), state=archive.run_state))
    assert snapshots[0].step == 11
    assert snapshots[-1].stopped


def test_what_is_saved_again_is_the_same(stem: Path, tmp_path: Path) -> None:
    archive = load_archive(stem.with_suffix(".gradloom"))
    save_archive(tmp_path / "again.gradloom", **vars(archive))
    again = load_archive(tmp_path / "again.gradloom")
    assert again.design == archive.design
    assert again.run_state is not None
    assert archive.run_state is not None
    assert again.run_state.facts == archive.run_state.facts
