"""Bad input: a status, one clear line on stderr, and nothing half-written; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.design import edits as e
from tests.engine.cli.running import COMMAND, Run, flowers


def cycle() -> str:
    """A file can hold what the canvas would refuse."""
    from engine.design.document_json import write_document

    data: dict[str, Any] = json.loads(write_document(flowers()))
    settings: dict[str, Any] = {}
    data["nodes"].append({"id": "add_1", "type": "Add", "name": "add_1", "settings": settings})
    port = engine.layers.layers["Add"].INPUTS[0].name
    first = data["edges"].pop(0)
    data["edges"] += [
        {"source": first["source"], "target": "add_1", "target_port": port},
        {"source": "dense_2", "target": "add_1", "target_port": port},
        {"source": "add_1", "target": first["target"]},
    ]
    return json.dumps(data)


def mismatched() -> engine.Design:
    design = flowers()
    other = design.add("Input", shape=(3,))
    merged = design.add("Add", ["dense_1", other])
    design.apply(e.RemoveEdge(design.incoming("dropout_1")[0]))
    design.connect(merged, "dropout_1")
    return design


def unwired() -> engine.Design:
    design = flowers()
    design.apply(e.RemoveEdge(design.incoming("dense_2")[0]))
    return design


def enormous() -> engine.Design:
    design = flowers()
    node = design.nodes["dense_1"]
    design.apply(e.ReplaceNode(node.with_(layer=node.layer.replace(units=10**9))))
    return design


def wrong_port() -> str:
    from engine.design.document_json import write_document

    data = json.loads(write_document(flowers()))
    data["edges"][1]["source_port"] = "state"
    return json.dumps(data)


BAD_DESIGNS: dict[str, tuple[Callable[[], engine.Design | str], str]] = {
    "cycle": (cycle, "circle"),
    "shapes": (mismatched, "add_1: Add expects inputs of one shape. Received: 6 and 3."),
    "missing wire": (unwired, "dense_2 has no input"),
    "10^9 units": (enormous, "dense_1 has 5,000,000,000 parameters"),
    "unknown port": (wrong_port, "has no output 'state'"),
}


@pytest.mark.parametrize("command", ["train", "check"])
@pytest.mark.parametrize("name", BAD_DESIGNS)
def test_a_bad_design(name: str, command: str, folder: Path, run: Run) -> None:
    make, words = BAD_DESIGNS[name]
    design = make()
    (folder / "d.json").write_text(design) if isinstance(design, str) else design.save(folder / "d.json")
    options = ["--save", "out.gradloom"] if command == "train" else []
    outcome = run(command, "d.json", *options)
    assert outcome.status == 1
    assert words in (outcome.error if command == "train" else outcome.out)
    assert [path.name for path in folder.iterdir()] == ["d.json"]


def table(cell: str) -> str:
    rows = [f"{i},{i % 3},{cell if i == 7 else i % 5},1,{'xyz'[i % 3]}" for i in range(30)]
    return "\n".join(["a,b,c,d,kind", *rows]) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.csv", table("hello"), r"text.csv, line 9, column 'c': found the text 'hello'"),
        ("nan.csv", table("nan"), "nan.csv, line 9, column 'c': the value is missing"),
        ("hole.csv", table(""), "hole.csv, line 9, column 'c': the value is missing (the cell is empty)"),
        ("inf.csv", table("inf"), "line 9, column 'c'"),
        ("huge.csv", table("1e300"), "beyond the range of float32"),
        ("empty.csv", "", "empty.csv"),
        ("short.csv", "a,b,c,d,kind\n1,2,3\n", "short.csv"),
        ("few.csv", "a,b,kind\n" + "1,2,x\n3,4,y\n" * 10, "input_1 takes samples of 4"),
        ("many.csv", table("1").replace("x\n", "w\n", 3), "4 units"),
    ],
)
def test_bad_data(name: str, content: str, words: str, folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    (folder / name).write_text(content)
    outcome = run("train", "f.json", "--data", name, "--save", "out.gradloom")
    assert outcome.status == 1
    assert words in outcome.error
    assert not (folder / "out.gradloom").exists()


def test_arrays_with_nan(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    x = np.ones((20, 4))
    x[3, 2] = np.nan
    np.savez(folder / "d.npz", x=x, y=np.arange(20) % 3)
    assert "sample 3 has the value nan" in run("train", "f.json", "--data", "d.npz").error


def test_a_pickle_inside_a_npz_is_not_run(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    np.savez(folder / "d.npz", x=np.array([{"a": 1}], dtype=object), y=np.zeros(1))
    outcome = run("train", "f.json", "--data", "d.npz")
    assert (outcome.status, "d.npz" in outcome.error) == (1, True)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_learning_rate_that_blows_up_halts_and_says_where(
    options: list[str], folder: Path, run: Run
) -> None:
    flowers(optimizer={"name": "sgd", "learning_rate": 1e30}).save(folder / "f.json")
    outcome = run("train", "f.json", "--save", "out.gradloom", *options)
    assert outcome.status == 1
    for words in ("not a finite number in epoch 1, batch", "(step ", "dense_", "learning rate was 1e+30"):
        assert words in outcome.error
    assert "nan" not in outcome.out.lower()
    assert not (folder / "out.gradloom").exists()


def test_the_exploding_template_halts_and_says_where(run: Run) -> None:
    outcome = run("train", "exploding", "--json")
    assert outcome.status == 1
    assert "is not finite" in outcome.error or "not a finite number" in outcome.error


@pytest.mark.parametrize("part", [0.0, 0.0005, 0.01, 0.2, 0.5, 0.8, 0.97, 0.999])
@pytest.mark.parametrize("command", ["train", "evaluate", "summary", "check"])
def test_a_truncated_file(part: float, command: str, folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    assert run("train", "f.json", "--save", "whole.gradloom").status == 0
    content = (folder / "whole.gradloom").read_bytes()
    (folder / "cut.gradloom").write_bytes(content[: int(len(content) * part)])
    outcome = run(command, "cut.gradloom")
    assert outcome.status == 1
    assert outcome.error.startswith("cut.gradloom is ")


def _damaged(content: bytes, seed: int) -> bytes:
    random = np.random.default_rng(seed)
    damaged = bytearray(content)
    for place in random.integers(0, len(damaged), 8):
        damaged[place] ^= 1 << int(random.integers(8))
    return bytes(damaged)


@pytest.mark.parametrize("seed", range(25))
def test_a_file_with_flipped_bits(seed: int, folder: Path, run: Run) -> None:
    """Wherever the damage is: an error that names the file, or (in bytes that mean nothing) no difference."""
    flowers().save(folder / "f.json")
    run("train", "f.json", "--save", "whole.gradloom")
    (folder / "bad.gradloom").write_bytes(_damaged((folder / "whole.gradloom").read_bytes(), seed))
    outcome = run("evaluate", "bad.gradloom", "--data", "iris")
    if outcome.status:
        assert "bad.gradloom" in outcome.error
    else:
        assert outcome.out == run("evaluate", "whole.gradloom", "--data", "iris").out


def _foreign_files(folder: Path) -> dict[str, str]:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200))
    (folder / "model.pkl").write_bytes(b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00cos\nsystem\nq\x00.")
    with zipfile.ZipFile(folder / "letter.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    (folder / "notes.txt").write_text("nothing to see")
    (folder / "other.json").write_text('{"name": "package", "version": "1.0.0"}')
    (folder / "list.json").write_text("[1, 2]")
    (folder / "somewhere").mkdir()
    return {
        "photo.jpg": "JPEG", "model.pkl": "pickle", "letter.docx": "[Content_Types].xml", "notes.txt": "neither",
        "other.json": "not a Gradloom design", "list.json": "neither", "somewhere": "is a folder",
        "nothing.gradloom": "There is no file",
    }  # fmt: skip


@pytest.mark.parametrize("command", ["train", "evaluate", "summary", "check", "predict", "export"])
def test_what_is_no_gradloom_file(command: str, folder: Path, run: Run) -> None:
    more = {"predict": ["--out", "p.csv"], "export": ["w.npz"]}.get(command, [])
    for name, words in _foreign_files(folder).items():
        outcome = run(command, name, *more)
        assert outcome.status == 1
        assert words in outcome.error
    assert not (folder / "p.csv").exists()
    assert not (folder / "w.npz").exists()


def test_a_place_that_cannot_be_written_is_told_before_the_training(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    (folder / "taken.gradloom").mkdir()
    for options, words in (
        (["--save", "nowhere/out.gradloom"], "there is no folder"),
        (["--history", "nowhere/h.csv"], "there is no folder"),
        (["--save", "taken.gradloom"], "there is a folder of that name"),
        (["--save", "out.txt"], "ends in .gradloom"),
        (["--history", "h.xls"], "ends in .csv"),
    ):
        outcome = run("train", "f.json", *options)
        assert (outcome.status, outcome.out) == (1, "")
        assert words in outcome.error
    assert sorted(path.name for path in folder.iterdir()) == ["f.json", "taken.gradloom"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everything"
)
def test_a_folder_without_permission(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    (folder / "closed").mkdir(mode=0o500)
    assert "permission is denied" in run("train", "f.json", "--save", "closed/out.gradloom").error


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
from main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "f.json", "--save", "out.gradloom"],
        ["export", "whole.gradloom", "out.safetensors"],
        ["predict", "whole.gradloom", "--data", "iris", "--out", "out.csv"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_full_disk_leaves_the_old_file(arguments: list[str], folder: Path, run: Run, root: Path) -> None:
    flowers().save(folder / "f.json")
    assert run("train", "f.json", "--save", "whole.gradloom").status == 0
    out = folder / arguments[-1]
    out.write_bytes(b"what was there before")
    before = sorted(path.name for path in folder.iterdir())
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"Can't write {out.name}" in result.stderr
    assert out.read_bytes() == b"what was there before"
    assert sorted(path.name for path in folder.iterdir()) == before, "no half-written file stays"


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"], ["train", "xor", "--epochs", "0"], ["train", "xor", "--epochs", "many"],
        ["train", "xor", "--seed", "-1"], ["train", "xor", "--batch-size", "0"], ["train", "xor", "--fast"],
        ["predict", "xor"], ["export", "xor"], ["frobnicate"], ["--verbose"], ["summary", "xor", "extra"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_bad_usage(arguments: list[str], run: Run) -> None:
    outcome = run(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "--help" in outcome.error


def test_untrained_designs_and_unknown_formats(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    for arguments in (
        ["evaluate", "f.json"],
        ["predict", "f.json", "--out", "p.csv"],
        ["export", "f.json", "w.npz"],
    ):
        outcome = run(*arguments)
        assert (outcome.status, "train it first" in outcome.error) == (1, True)
    run("train", "f.json", "--save", "f.gradloom")
    outcome = run("export", "f.gradloom", "w.docx")
    assert (outcome.status, "names no format. Known: " in outcome.error) == (1, True)
    assert run("train", "f.json", "--resume").status == 1


def test_the_program_itself_gives_these_statuses(folder: Path) -> None:
    for arguments, status in ((["train", "nothing.gradloom"], 1), (["train"], 2), (["summary", "xor"], 0)):
        result = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
        assert result.returncode == status
        assert result.stderr.count("\n") == (1 if status else 0)
