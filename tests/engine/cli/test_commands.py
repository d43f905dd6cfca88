"""Each command on good input: what it prints, what it writes, and status 0."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.cli.printing import finite
from engine.training.archive import load_archive
from tests.engine.cli.running import Run, flowers


@pytest.fixture
def trained(folder: Path, run: Run) -> Path:
    flowers(epochs=30).save(folder / "flowers.json")
    assert run("train", "flowers.json", "--save", "flowers.gradloom").status == 0
    return folder / "flowers.gradloom"


def test_train_prints_an_object_per_epoch_and_the_result_last(folder: Path, run: Run) -> None:
    flowers().save(folder / "flowers.json")
    outcome = run("train", "flowers.json", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    *epochs, result = outcome.rows
    assert [row["epoch"] for row in epochs] == [1, 2, 3]
    assert all({"step", "loss", "accuracy", "val_loss", "val_accuracy"} <= set(row) for row in epochs)
    assert {"loss", "val_loss", "test_loss", "test_accuracy"} <= set(result)
    assert (result["result"], result["epochs"], result["stopped"]) == (True, 3, "epochs")


def test_train_for_people(folder: Path, run: Run) -> None:
    flowers().save(folder / "flowers.json")
    outcome = run("train", "flowers.json", "--history", "h.csv")
    lines = outcome.out.splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert "test_accuracy" in lines[3]
    assert lines[4] == "Wrote h.csv."


def test_train_takes_epochs_batch_size_and_seed(folder: Path, run: Run) -> None:
    flowers(batching="full_batch").save(folder / "f.json")
    rows = run("train", "f.json", "--json", "--epochs", 2, "--batch-size", 10, "--seed", 5).rows
    assert (rows[-1]["epochs"], rows[-1]["steps"]) == (2, 2 * 11)
    again = run("train", "f.json", "--json", "--epochs", 2, "--batch-size", 10, "--seed", 5).rows
    other = run("train", "f.json", "--json", "--epochs", 2, "--batch-size", 10, "--seed", 6).rows
    assert again[0] == rows[0]
    assert other[0] != rows[0]


def test_the_history_has_a_row_per_epoch(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    outcome = run("train", "f.json", "--json", "--history", "h.csv")
    with (folder / "h.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    for row, told in zip(rows, outcome.rows, strict=False):
        assert float(row["val_loss"]) == told["val_loss"]
        assert float(row["learning_rate"]) == pytest.approx(0.001)


def test_what_is_saved_evaluates_to_what_training_said(trained: Path, run: Run) -> None:
    archive = load_archive(trained)
    network = engine.compile(archive.design)
    network.load_weights(archive.weights or {})
    assert archive.run_state is not None
    assert archive.history is not None
    assert len(archive.history) == 30
    told = run("evaluate", trained, "--data", "iris", "--json").rows
    assert told[0]["samples"] == 150
    assert told[0]["accuracy"] > 0.5
    assert run("evaluate", trained, "--data", "iris").out.startswith("150 samples  loss ")


def test_predict_writes_a_row_per_sample(trained: Path, folder: Path, run: Run) -> None:
    outcome = run("predict", trained, "--data", "iris", "--out", "p.csv")
    assert (outcome.status, outcome.out) == (0, "p.csv: 150 predictions.\n")
    with (folder / "p.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 150
    probabilities = np.array(
        [[float(row[f"p({name})"]) for name in ("setosa", "versicolor", "virginica")] for row in rows]
    )
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    chosen = [("setosa", "versicolor", "virginica")[i] for i in probabilities.argmax(axis=1)]
    assert [row["prediction"] for row in rows] == chosen


def test_what_was_written_is_told_as_json_too(trained: Path, folder: Path, run: Run) -> None:
    (told,) = run("predict", trained, "--data", "iris", "--out", "p.csv", "--json").rows
    assert (told["out"], told["samples"], told["columns"][0]) == ("p.csv", 150, "prediction")
    (told,) = run("export", trained, "w.safetensors", "--json").rows
    assert told == {"out": "w.safetensors", "arrays": 4, "numbers": 51}


def test_small_gradients_beside_kinks_are_checked_with_the_step_that_suits(run: Run) -> None:
    outcome = run("check", "surnames-attention")
    assert (outcome.status, "FAILED" in outcome.out) == (0, False)


def test_predict_shares_an_array_out_among_several_inputs(folder: Path, run: Run) -> None:
    assert run("train", "siamese", "--epochs", "1", "--save", "twins.gradloom").status == 0
    outcome = run("predict", "twins.gradloom", "--data", "digit_pairs", "--out", "p.csv")
    assert outcome.status == 0, outcome.err
    header = (folder / "p.csv").read_text().splitlines()[0]
    assert header.startswith("prediction,p(")


def test_predict_needs_no_targets_and_gives_the_units_of_the_data(folder: Path, run: Run) -> None:
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, 120)
    table = "".join(f"{a:.4f},{1000 + 500 * a:.4f}\n" for a in x)
    (folder / "line.csv").write_text("x,price\n" + table)
    design = engine.Design("line")
    h = design.add("Dense", design.add("Input", shape=(1,)), units=1)
    design.add("Output", h, loss="mean_squared_error")
    design.data = engine.data.DataSettings(source="line.csv", scale_target=True)
    design.training = engine.TrainingSettings(epochs=200, optimizer={"name": "adam", "learning_rate": 0.05})
    design.save(folder / "line.json")
    assert run("train", "line.json", "--save", "line.gradloom").status == 0
    (folder / "new.csv").write_text("x\n0.5\n-0.5\n")
    assert run("predict", "line.gradloom", "--data", "new.csv", "--out", "p.csv").status == 0
    values = [float(line) for line in (folder / "p.csv").read_text().splitlines()[1:]]
    assert values == pytest.approx([1250, 750], rel=0.02)


def test_export_writes_the_weights(trained: Path, folder: Path, run: Run) -> None:
    outcome = run("export", trained, "w.npz")
    assert (outcome.status, outcome.out) == (0, "w.npz: 4 arrays, 51 numbers.\n")
    with np.load(folder / "w.npz") as arrays:
        assert set(arrays) == {"dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"}


def test_summary_prints_the_table(trained: Path, run: Run) -> None:
    text = run("summary", trained).out
    assert "Total parameters: 51" in text
    (table,) = run("summary", trained, "--json").rows
    assert (table["parameters"], table["trainable"]) == (51, 51)
    assert [layer["name"] for layer in table["layers"]] == list(load_archive(trained).design.nodes)


def test_check_tells_problems_and_then_gradients(trained: Path, run: Run) -> None:
    outcome = run("check", trained, "--json")
    assert outcome.status == 0
    assert [row["parameter"] for row in outcome.rows] == list(engine.compile(flowers()).parameters)
    assert all(row["passed"] and row["relative_error"] < 1e-6 for row in outcome.rows)
    assert run("check", trained).out.startswith("passed  dense_1/kernel: relative error ")


@pytest.mark.parametrize(
    "name", ["xor", "iris", "digits-cnn", "residual", "vanishing", "exploding", "worked-step"]
)
def test_check_passes_every_kind_of_template(name: str, run: Run) -> None:
    assert run("check", name).status == 0


def test_templates_lists_them(run: Run) -> None:
    names = [line.split()[0] for line in run("templates").out.splitlines()]
    assert {"xor", "digits-cnn", "mnist-mlp", "worked-step"} <= set(names)
    assert [row["name"] for row in run("templates", "--json").rows] == names


def test_a_data_path_starts_at_the_current_folder(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The design lies elsewhere, and there is other data of that name beside it."""
    header, rows = "a,b,c,d,kind\n", [f"{i},{i % 3},{i % 5},1,{'xyz'[i % 3]}\n" for i in range(30)]
    (folder / "project").mkdir()
    (folder / "project" / "data.csv").write_text("not,the,right,file,at\n")
    (folder / "data.csv").write_text(header + "".join(rows))
    flowers().save(folder / "project" / "f.json")
    assert run("train", "project/f.json", "--data", "data.csv", "--save", "out.gradloom").status == 0
    assert load_archive(folder / "out.gradloom").design.data.source == "data.csv"  # type: ignore[union-attr]
    (folder / "sub").mkdir()
    assert run("train", "project/f.json", "--data", "data.csv", "--save", "sub/out.gradloom").status == 0
    monkeypatch.chdir(folder / "project")
    assert run("evaluate", "../sub/out.gradloom").status == 0, "the saved file finds its data from anywhere"


def test_other_data_keeps_the_scaling_of_the_design(folder: Path, run: Run) -> None:
    rows = [f"{1000 + i},{i % 3},{i % 5},1,{'xyz'[i % 3]}\n" for i in range(30)]
    (folder / "data.csv").write_text("a,b,c,d,kind\n" + "".join(rows))
    flowers().save(folder / "f.json")
    run("train", "f.json", "--data", "data.csv", "--save", "out.gradloom")
    settings = load_archive(folder / "out.gradloom").design.data
    assert settings is not None
    assert (settings.scaling, settings.test_fraction) == ("standardize", 0.2)


def test_the_textbooks_step_from_the_command_line(folder: Path, run: Run) -> None:
    rows = run("train", "worked-step", "--epochs", 1, "--json", "--save", "step.gradloom").rows
    assert rows[0]["loss"] == pytest.approx(0.298371109, abs=1e-8)
    weights = load_archive(folder / "step.gradloom").weights or {}
    assert weights["o/kernel"][0, 0] == pytest.approx(0.35891648, abs=1e-7)
    assert weights["h/kernel"][0, 0] == pytest.approx(0.15 - 0.5 * 0.000438568, abs=1e-7)


def test_a_command_from_above_says_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    """The window's picture is rendered by code that the engine does not know; its status is the program's."""
    from engine.cli import main

    seen: list[tuple[str, str, int]] = []

    def screenshot(file: str, out: str, epochs: int = 0) -> int:
        """Render."""
        seen.append((file, out, epochs))
        return epochs

    assert main(["screenshot", "xor", "x.png"], screenshot=screenshot) == 0
    assert main(["screenshot", "xor", "x.png", "--epochs", "1"], screenshot=screenshot) == 1
    assert seen == [("xor", "x.png", 0), ("xor", "x.png", 1)]
    assert main(["screenshot", "xor", "x.png"]) == 2
    assert "No such command 'screenshot'" in capsys.readouterr().err


def test_no_number_that_is_not_finite_gets_into_json() -> None:
    row = {"loss": float("nan"), "deep": [{"x": float("inf")}, 1.5], "name": "nan"}
    assert finite(row) == {"loss": None, "deep": [{"x": None}, 1.5], "name": "nan"}


def test_weights_that_overflow_evaluate_to_null(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    run("train", "f.json", "--save", "f.gradloom")
    archive = load_archive(folder / "f.gradloom")
    assert archive.weights is not None
    archive.weights["dense_1/kernel"][...] = np.nan
    from engine.training.archive import save_archive

    save_archive(
        folder / "nan.gradloom", archive.design, archive.weights, preprocessing=archive.preprocessing
    )
    outcome = run("evaluate", "nan.gradloom", "--data", "iris", "--json")
    assert outcome.status == 0
    assert outcome.rows[0]["loss"] is None
    assert run("check", "nan.gradloom", "--json").status == 1
    assert all(row["passed"] is False for row in run("check", "nan.gradloom", "--json").rows)
