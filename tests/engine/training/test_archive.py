"""Files with weights: everything comes back, and nothing that is wrong is believed."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import FileAccessError, FileFormatError
from engine.data.preprocessing import Preprocessing
from engine.design import files
from engine.training import History, RunControl, fit
from engine.training.archive import load_archive, save_archive
from engine.training.arrays import pack_arrays, unpack_arrays
from tests.engine.training.networks import classifier, points

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(scope="module")
def trained() -> dict[str, Any]:
    design, control = classifier(epochs=1), RunControl()
    network = engine.compile(design)
    history = History()
    for snapshot in fit(network, points(), control=control):
        if snapshot.epoch_ended:
            history.add_epoch(1, snapshot.step, snapshot.metrics, None, 1e-3, 0.5)
    history.steps = {"loss": np.linspace(1, 0, 7), "step": np.arange(7.0)}
    return {
        "design": design,
        "weights": {name: array.copy() for name, array in network.weights.items()},
        "run_state": control.capture(),
        "history": history,
        "thumbnail": PICTURE,
        "preprocessing": Preprocessing(divisor=16.0, classes=("a", "b")),
    }


@pytest.fixture
def path(trained: dict[str, Any], tmp_path: Path) -> Path:
    place = tmp_path / "näme 🧵.gradloom"
    save_archive(place, **trained)
    return place


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, write: Callable[[zipfile.ZipFile], None]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return path


def refused(path: Path, message: str) -> None:
    for load in (load_archive, engine.Design.load):
        with pytest.raises(FileFormatError, match=message):
            load(path)


# ---------------------------------------------------------------------- round trip


def test_everything_comes_back(path: Path, trained: dict[str, Any]) -> None:
    archive = load_archive(path)
    assert archive.design == trained["design"]
    assert archive.weights is not None
    assert archive.weights.keys() == trained["weights"].keys()
    for name, array in trained["weights"].items():
        assert np.array_equal(archive.weights[name], array)
        assert archive.weights[name].flags.writeable
    assert archive.run_state is not None
    assert archive.run_state.facts == trained["run_state"].facts
    assert archive.thumbnail == PICTURE
    assert archive.preprocessing == trained["preprocessing"]
    assert archive.history is not None
    assert archive.history.to_csv() == trained["history"].to_csv()
    assert archive.history.steps["loss"].tolist() == trained["history"].steps["loss"].tolist()


def test_the_design_alone_as_archive_and_as_bare_text(trained: dict[str, Any], tmp_path: Path) -> None:
    for name in ("bare.json", "archive.gradloom", "without suffix"):
        trained["design"].save(tmp_path / name)
        assert engine.Design.load(tmp_path / name) == trained["design"]
        assert load_archive(tmp_path / name).weights is None
    assert (tmp_path / "bare.json").read_bytes().startswith(b"{")
    assert (tmp_path / "archive.gradloom").read_bytes().startswith(b"PK")


def test_equal_content_gives_equal_bytes(path: Path, trained: dict[str, Any]) -> None:
    before = path.read_bytes()
    save_archive(path, **trained)
    assert path.read_bytes() == before


def test_a_transposed_array_is_saved_as_it_looks() -> None:
    array = np.arange(12.0).reshape(3, 4).T
    scalar = np.array(3.5)
    found = unpack_arrays(pack_arrays({"w": array, "s": scalar}))
    assert np.array_equal(found["w"], array)
    assert found["s"].shape == ()


def test_a_byte_order_mark_is_no_obstacle(trained: dict[str, Any], tmp_path: Path) -> None:
    trained["design"].save(tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "a.json").read_bytes())
    assert engine.Design.load(tmp_path / "b.json") == trained["design"]


# ---------------------------------------------------------------------- damage


def test_truncated_at_every_byte(trained: dict[str, Any], tmp_path: Path) -> None:
    place = tmp_path / "cut.gradloom"
    trained["design"].save(place)
    whole = place.read_bytes()
    for length in range(len(whole)):
        place.write_bytes(whole[:length])
        with pytest.raises(FileFormatError, match=r"cut\.gradloom"):
            load_archive(place)


def test_every_byte_flipped_is_refused_or_changes_nothing(trained: dict[str, Any], tmp_path: Path) -> None:
    place = tmp_path / "flipped.gradloom"
    small = {"bias": np.float32([1.5, -2.5])}
    save_archive(place, trained["design"], weights=small)
    whole = bytearray(place.read_bytes())
    good = load_archive(place)
    assert good.weights is not None
    for index in range(len(whole)):
        damaged = whole.copy()
        damaged[index] ^= 1 << (index % 8)
        place.write_bytes(damaged)
        try:
            archive = load_archive(place)
        except FileFormatError:
            continue
        assert archive.design == good.design
        assert archive.weights is not None
        assert np.array_equal(archive.weights["bias"], good.weights["bias"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"\xff\xd8\xff\xe0 JFIF", "JPEG picture"),
        (b"\x80\x04\x95 pickle", "Python pickle"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"hello", "neither an archive nor a JSON document"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"PK\x05\x06" + bytes(18), "empty zip"),
        (b"{", "not valid JSON"),
        (b"{}", "not a Gradloom design"),
        (b"[" * 100_000, "neither"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"format":"gradloom-design","version":99}', "Update Gradloom"),
        (b'{"format":"gradloom-design","version":NaN}', "NaN"),
        (b'\xff{"format"', "neither"),
    ],
)
def test_foreign_files(content: bytes, message: str, tmp_path: Path) -> None:
    place = tmp_path / "file.gradloom"
    place.write_bytes(content)
    refused(place, message)


def test_what_is_not_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place, message in [
        (tmp_path, "is a folder"),
        (pipe, "not a regular file"),
        (Path("/dev/zero"), "not a regular file"),
        (tmp_path / "absent.gradloom", "it is not there"),
        (tmp_path / "nul\0.gradloom", "not a file name"),
        (tmp_path / ("x" * 300), "too long"),
    ]:
        with pytest.raises(FileAccessError, match=message):
            load_archive(place)


@pytest.mark.parametrize(
    "name", ["../evil.py", "/abs", "data.pkl", "archive/data.pkl", "design.json/", "a\\b"]
)
def test_a_foreign_member(path: Path, name: str) -> None:
    design = members_of(path)["design.json"]

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("design.json", design)
        archive.writestr(name, b"x")

    refused(rewritten(path, write), "not a Gradloom file: it holds")


def test_a_member_twice(path: Path) -> None:
    design = members_of(path)["design.json"]

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("design.json", design)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("design.json", design)

    refused(rewritten(path, write), "design.json twice")


def test_a_link_among_the_members(path: Path) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("design.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    refused(rewritten(path, write), "as a link")


def test_an_encrypted_member(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag in the local header,
    central = content.find(b"PK\x01\x02")
    content[central + 8] |= 1  # and in the listing
    path.write_bytes(content)
    refused(path, "encrypted")


def test_a_bomb_is_refused_before_it_is_unpacked(path: Path) -> None:
    design = members_of(path)["design.json"]

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("design.json", design)
        archive.writestr("weights.safetensors", bytes(300 * 2**20))

    rewritten(path, write)
    assert path.stat().st_size < 2**20
    refused(path, "would grow from")


def test_a_document_that_is_too_large(path: Path) -> None:
    rewritten(path, lambda archive: archive.writestr("design.json", b" " * (65 * 2**20)))
    refused(path, r"design.json claims 68,157,440 bytes")


def test_without_a_design(path: Path) -> None:
    refused(
        rewritten(path, lambda archive: archive.writestr("history.csv", "epoch,step\n")),
        "holds no design.json",
    )


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("weights.safetensors", b"", "weights can't be read"),
        ("weights.safetensors", b"\xff" * 64, "weights can't be read"),
        ("weights.safetensors", (2**63).to_bytes(8, "little") + b"{}", "weights can't be read"),
        ("weights.safetensors", b"\x80\x04cos\nsystem\n(S'echo'\ntR.", "weights can't be read"),
        ("optimizer.safetensors", b"oops", "optimizer can't be read"),
        ("run.json", b"{}", "not one that Gradloom wrote"),
        ("run.json", b'{"format":"gradloom-run","version":2}', "version 2"),
        ("run.json", b"[", "not valid JSON"),
        ("run.json", b'{"format":"gradloom-run","version":1,"preprocessing":3}', "preprocessing"),
        ("history.csv", b"a,b\n1,2\n", "heading"),
        ("history.csv", b"epoch,step\n1\n", "line 2"),
        ("history.csv", b"epoch,step\n1,x\n", "line 2"),
        ("history.csv", b"\xff\xfe", "UTF-8"),
        ("steps.safetensors", b"?", "curves"),
    ],
)
def test_a_damaged_member(path: Path, member: str, content: bytes, message: str) -> None:
    members = {**members_of(path), member: content}
    path.write_bytes(files.pack_container(members))
    with pytest.raises(FileFormatError, match=message) as caught:
        load_archive(path)
    assert str(caught.value).startswith(path.name)


def test_a_state_without_its_facts(path: Path) -> None:
    members = members_of(path)
    del members["run.json"]
    path.write_bytes(files.pack_container(members))
    with pytest.raises(FileFormatError, match=r"without the run\.json"):
        load_archive(path)


def test_safetensors_with_holes_overlap_or_unknown_types() -> None:
    def packed(header: object, data: bytes) -> bytes:
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + data

    def entry(dtype: str, shape: list[int], start: int, stop: int) -> dict[str, object]:
        return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}

    for header, data in [
        ({"a": entry("F32", [2], 4, 12)}, bytes(12)),
        ({"a": entry("F32", [2], 0, 8), "b": entry("F32", [2], 4, 12)}, bytes(12)),
        ({"a": entry("F13", [2], 0, 8)}, bytes(8)),
        ({"a": entry("F32", [3], 0, 8)}, bytes(8)),
        ({"a": entry("F32", [2], 0, 80)}, bytes(8)),
    ]:
        with pytest.raises(FileFormatError, match="can't be read"):
            unpack_arrays(packed(header, data))


def test_history_round_trip_keeps_every_bit() -> None:
    history = History()
    history.add_epoch(1, 10, {"loss": 0.1 + 0.2}, None, 1e-3, 1.5)
    history.add_epoch(2, 20, {"loss": 1e-300, "accuracy": 1 / 3}, {"loss": 2.0}, 1e-3, 3.0)
    text = history.to_csv()
    assert text.splitlines()[0] == "epoch,step,learning_rate,seconds,loss,accuracy,val_loss"
    assert text.splitlines()[1] == "1,10,0.001,1.5,0.30000000000000004,,"
    assert History.from_csv(text).to_csv() == text
    assert history.best_row == 1


def test_a_very_long_history_keeps_its_best_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.training import history as module

    monkeypatch.setattr(module, "LIMIT", 64)
    history = History()
    for epoch in range(1, 500):
        history.add_row({"epoch": epoch, "step": epoch, "loss": abs(epoch - 100) + 1})
    assert len(history) <= 64
    assert 100 in history.column("epoch")
    assert history.column("epoch")[-1] == 499


def test_zip_bytes_hold_what_was_packed() -> None:
    content = files.pack_container({"design.json": b"{}", "thumbnail.png": PICTURE})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["design.json", "thumbnail.png"]
