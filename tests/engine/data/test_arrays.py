"""NPZ archives and IDX files: what is read, and what is refused before it can do harm."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import DataError
from engine.data import DataSet, DataSettings, load
from engine.data.formats.idx import read_idx


def idx_bytes(array: np.ndarray, kind: int = 0x08) -> bytes:
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def images(count: int, start: int = 0) -> np.ndarray:
    return (np.arange(count * 6, dtype=np.uint8) + start).reshape(count, 3, 2)


def saved(tmp_path: Path, **arrays: np.ndarray) -> Path:
    path = tmp_path / "set.npz"
    np.savez_compressed(path, **arrays)
    return path


def read(path: Path, **changes) -> DataSet:
    return load(DataSettings(source=str(path), **({"validation_fraction": 0.0} | changes)))


def test_npz_of_a_table(tmp_path: Path) -> None:
    x, y = np.arange(12.0).reshape(6, 2), np.array([0.5, 1, 2, 3, 4, 5])
    data = read(saved(tmp_path, x=x, y=y))
    assert (data.task, data.kind, data.output_units) == ("regression", "table", 1)
    np.testing.assert_array_equal(data.train.x, x)
    assert data.train.y.shape == (6, 1)
    assert read(saved(tmp_path, x=x.astype(">f8"), y=y)).content_hash() == data.content_hash()
    assert read(saved(tmp_path, X=np.asfortranarray(x), Y=y)).content_hash() == data.content_hash()


def test_npz_with_a_test_part_and_images(tmp_path: Path) -> None:
    path = saved(
        tmp_path, x_train=images(8), y_train=np.arange(8) % 4, x_test=images(2), y_test=np.array([1, 3])
    )
    data = read(path)
    assert (data.kind, data.input_shape, data.classes) == ("image", (3, 2, 1), ("0", "1", "2", "3"))
    assert data.test is not None
    assert data.test.y.tolist() == [1, 3]
    assert data.train.x[0, 0, 1, 0] == np.float32(1 / 255)


@pytest.mark.parametrize(
    ("y", "classes", "labels"),
    [
        (np.array(["b", "a", "b"]), ("a", "b"), [1, 0, 1]),
        (np.array([True, False, True]), ("0", "1"), [1, 0, 1]),
        (np.array([[7], [3], [7]]), ("3", "7"), [1, 0, 1]),
        (np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), ("0", "1"), [1, 0, 1]),
    ],
)
def test_npz_classes_of_every_kind(tmp_path: Path, y: np.ndarray, classes, labels) -> None:
    data = read(saved(tmp_path, x=np.zeros((3, 4)), y=y))
    assert data.classes == classes
    assert data.train.y.tolist() == labels


def test_npz_may_name_its_classes(tmp_path: Path) -> None:
    data = read(saved(tmp_path, x=np.zeros((3, 4)), y=np.array([2, 0, 2]), classes=np.array(["a", "b", "c"])))
    assert data.classes == ("a", "b", "c")
    assert data.train.y.tolist() == [2, 0, 2]


def test_sequences_and_colour_images(tmp_path: Path) -> None:
    sequences = read(saved(tmp_path, x=np.zeros((3, 7, 2)), y=np.ones((3, 2)) * 0.5))
    assert (sequences.kind, sequences.input_shape, sequences.output_units) == ("sequence", (7, 2), 2)
    colour = read(saved(tmp_path, x=np.full((3, 5, 5, 3), 255, np.uint8), y=np.arange(3)))
    assert (colour.kind, colour.input_shape) == ("image", (5, 5, 3))
    assert colour.train.x.max() == 1.0


def test_not_a_number_in_arrays(tmp_path: Path) -> None:
    x = np.arange(12.0).reshape(6, 2)
    x[3, 1] = np.nan
    path = saved(tmp_path, x=x, y=np.arange(6.0))
    with pytest.raises(
        DataError, match=r"sample 3 has the value nan among its features \(at \(1,\)\); 1 of 6"
    ):
        read(path)
    assert len(read(path, missing="drop").train) == 5
    assert read(path, missing="mean").train.x[3, 1] == np.float32(np.nanmean(x[:, 1]))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((3, 2)), "z": np.zeros(3)}, "needs the arrays x and y.* it holds: x, z"),
        ({"x": np.zeros((3, 2)), "y": np.zeros(4)}, "x has 3 samples but y has 4"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0)}, "x holds no samples"),
        ({"x": np.array(["a", "b"]), "y": np.zeros(2)}, "features are of type <U1; they must be numbers"),
        ({"x": np.zeros(()), "y": np.zeros(())}, "holds no samples"),
        ({"x": np.zeros((3, 2)), "y": np.zeros((3, 2, 2))}, r"targets have the shape \(3, 2, 2\)"),
        ({"x": np.zeros((3, 2)), "y": np.ones(3, int)}, "all 3 samples have the class 1"),
        (
            {
                "x_train": np.zeros((3, 2)),
                "y_train": np.arange(3),
                "x_test": np.zeros((1, 3)),
                "y_test": np.zeros(1, int),
            },
            r"samples of x_train have the shape \(2,\), of x_test \(3,\)",
        ),
    ],
)
def test_npz_that_does_not_fit(tmp_path: Path, arrays, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(saved(tmp_path, **arrays))


class Canary:
    """Leaves a mark if it is ever unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.path,))


def test_npz_with_objects_runs_nothing(tmp_path: Path) -> None:
    array = np.empty(1, dtype=object)
    array[0] = Canary(tmp_path / "canary")
    with pytest.raises(DataError, match="holds Python objects"):
        read(saved(tmp_path, x=array, y=np.zeros(1)))
    assert not (tmp_path / "canary").exists()


def packed(tmp_path: Path, *members: tuple[str, bytes]) -> Path:
    path = tmp_path / "made.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def test_npz_that_promises_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", b"\0" * 64)
    with pytest.raises(DataError, match=r"says it has the shape \(1000000000000,\)"):
        read(packed(tmp_path, ("x.npy", huge), ("y.npy", huge)))
    monkeypatch.setattr("engine.data.formats.npz.LARGE_MEMBER", 100_000)
    with pytest.raises(DataError, match="no honest data does"):
        read(saved(tmp_path, x=np.zeros((50_000, 2)), y=np.arange(50_000.0)))
    monkeypatch.setattr("engine.data.formats.npz.MAX_BYTES", 1000)
    with pytest.raises(DataError, match="unpacks to"):
        read(saved(tmp_path, x=np.zeros((50_000, 2)), y=np.arange(50_000.0)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no array",
        npy("{'descr': '<f8'"),
        npy("__import__('os')"),
        npy("(" * 5000),
        npy("{'descr': 'V16', 'fortran_order': False, 'shape': (3,), }", b"\0" * 48),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", b"\0" * 8),
        b"\x93NUMPY\x09\x00" + b"\0" * 20,
    ],
)
def test_npz_with_a_damaged_array(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match="x"):
        read(packed(tmp_path, ("x.npy", content), ("y.npy", content)))


def test_other_zip_archives(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a spreadsheet"):
        read(packed(tmp_path, ("[Content_Types].xml", b"<x/>")))
    whole = saved(tmp_path, x=np.arange(64.0).reshape(32, 2), y=np.arange(32.0)).read_bytes()
    path = tmp_path / "cut.npz"
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"cut\.npz"):
            read(path)


@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_byte_gives_data_or_a_data_error(tmp_path: Path, place: int, value: int) -> None:
    content = bytearray(saved(tmp_path, x=np.arange(20.0).reshape(10, 2), y=np.arange(10.0)).read_bytes())
    content[place % len(content)] = value
    path = tmp_path / "flipped.npz"
    path.write_bytes(content)
    message = "read without complaint"
    try:
        read(path)
    except DataError as error:
        message = str(error)
    assert len(message) > 20


@pytest.fixture
def idx_folder(tmp_path: Path) -> Path:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(images(8)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(8, dtype=np.uint8) % 4))
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(images(2, 7))))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.array([1, 3], np.uint8))))
    return tmp_path


def test_idx_files_by_folder_or_by_name(idx_folder: Path) -> None:
    data = read(idx_folder)
    assert (data.kind, data.input_shape, data.classes) == ("image", (3, 2, 1), ("0", "1", "2", "3"))
    assert len(data.train) == 8
    assert data.test is not None
    np.testing.assert_array_equal(data.test.x[..., 0], images(2, 7).astype(np.float32) / np.float32(255))
    assert read(idx_folder / "train-images-idx3-ubyte").content_hash() == data.content_hash()
    alone = read(idx_folder / "t10k-images-idx3-ubyte.gz")
    assert len(alone.train) == 2
    assert alone.test is None


@pytest.mark.parametrize(
    ("kind", "dtype"), [(0x09, ">i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
)
def test_idx_numbers_of_every_type(tmp_path: Path, kind: int, dtype: str) -> None:
    array = np.arange(-3, 9).reshape(3, 4).astype(dtype)
    path = tmp_path / "numbers.idx"
    path.write_bytes(idx_bytes(array, kind))
    found = read_idx(path)
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


def test_idx_faults(idx_folder: Path) -> None:
    train = idx_folder / "train-images-idx3-ubyte"
    labels = idx_folder / "train-labels-idx1-ubyte"
    whole, whole_labels = train.read_bytes(), labels.read_bytes()
    faults = [
        (train, whole[:-1], "says it holds 8 x 3 x 2 numbers, which are 48 bytes, but 47 bytes follow"),
        (train, whole + b"\0", "which are 48 bytes, but more than 48 bytes follow"),
        (train, whole[:9], "ends within its header, after 9 bytes"),
        (
            train,
            b"\0\0\x08\x07" + whole[4:],
            "is not an IDX file: it begins with 0x00000807, where 0x00000803",
        ),
        (train, gzip.compress(whole)[:-9], "is damaged or cut short"),
        (train, b"\0\0\x08\x03" + b"\xff" * 12, "says it holds 4294967295 x .* numbers"),
        (train, b"\0\0\x08\x03" + struct.pack(">3I", 60000, 28, 28), "47,040,000 bytes, but 0 bytes follow"),
        (train, whole_labels, "has 1 dimension, so it holds labels"),
        (labels, idx_bytes(np.zeros(7, np.uint8)), "holds 8 images but .* holds 7 labels"),
        (labels, whole, "has 3 dimensions; labels have one"),
    ]
    for path, content, message in faults:
        before = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            read(train)
        path.write_bytes(before)
    with pytest.raises(
        DataError, match=r"holds labels\. Choose the file of the images instead: train-images"
    ):
        read(labels)
    labels.unlink()
    with pytest.raises(
        DataError, match="looked for beside it as train-labels-idx1-ubyte, which is not there"
    ):
        read(train)


def test_a_packed_bomb_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    with gzip.open(path, "wb") as file:
        file.write(idx_bytes(images(2)))
        for _ in range(64):
            file.write(bytes(1_000_000))
    with pytest.raises(DataError, match="more than 12 bytes follow"):
        read_idx(path)


def test_folders_say_what_they_hold_instead(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "one.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=r"holds picture files, which are not read\. Store them as one NPZ"):
        read(tmp_path)
    (tmp_path / "a.csv").write_text("a,y\n1,2.5\n2,3.5\n", encoding="utf-8")
    assert len(read(tmp_path).train) == 2
    (tmp_path / "b.csv").write_text("a,y\n1,2.5\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"holds several tables \(a\.csv, b\.csv\)"):
        read(tmp_path)
    with pytest.raises(DataError, match="takes no options, but header was given"):
        read(packed(tmp_path, ("x.npy", b"")), options={"header": "no"})
