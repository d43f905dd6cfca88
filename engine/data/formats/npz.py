"""NPZ archives of arrays: x and y, or x_train, y_train, x_test, y_test. Never with pickled objects."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.formats.arrays import MAX_BYTES, feature_data, labelled
from engine.data.formats.text import check_regular_file
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings

Array = npt.NDArray[Any]

# Deflate packs zeros a thousandfold; honest data of this size packs a few ten times at most.
LARGE_MEMBER = 256 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 1000

# Pairs of names that are known for features and targets, compared in lower case.
PAIRS = (
    ("x_train", "y_train"),
    ("x", "y"),
    ("images", "labels"),
    ("data", "target"),
    ("features", "targets"),
)


def read_npz(
    path: Path, settings: DataSettings, fitted: Preprocessing | None = None, *, need_targets: bool = True
) -> RawData:
    """Samples of an NPZ archive. Raises DataError for foreign names, objects, bombs and damage."""
    check_regular_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.name)
            feature_name, target_name = _pair(members, path.name, need_targets)
            x = _read_member(archive, members[feature_name], path.name)
            y = _read_member(archive, members[target_name], path.name) if target_name in members else None
            test_x = test_y = None
            if feature_name == "x_train" and "x_test" in members and "y_test" in members:
                test_x = _read_member(archive, members["x_test"], path.name)
                test_y = _read_member(archive, members["y_test"], path.name)
            names = _class_names(archive, members, path.name)
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"The file {path} can't be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"{path.name} is not a sound NPZ archive: {error}. Save it again with numpy.savez."
        ) from None
    _check_counts(x, x if y is None else y, feature_name, target_name, path.name)
    features = feature_data(x, path.name)
    tested = None
    if test_x is not None and test_y is not None:
        _check_counts(test_x, test_y, "x_test", "y_test", path.name)
        if test_x.shape[1:] != x.shape[1:]:
            raise DataError(
                f"{path.name}: samples of x_train have the shape {x.shape[1:]}, of x_test {test_x.shape[1:]}."
            )
        tested = feature_data(test_x, path.name).x
    return labelled(features, y, settings, path.name, tested, test_y, names, fitted)


def _members(archive: zipfile.ZipFile, place: str) -> dict[str, zipfile.ZipInfo]:
    """The arrays by lower-case name, their sizes checked before anything is unpacked."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise DataError(f"{place} has {len(infos):,} members; an archive of samples has a few.")
    total = sum(info.file_size for info in infos)
    if total > MAX_BYTES:
        raise DataError(
            f"{place} unpacks to {total / 2**30:,.1f} GiB; up to {MAX_BYTES / 2**30:.0f} GiB are read."
        )
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy").lower()
        if info.file_size > LARGE_MEMBER and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise DataError(
                f"{place}: the array {name!r} has {info.compress_size:,} bytes that unpack to {info.file_size:,}, "
                "which no honest data does. The file was not read."
            )
        if name in members:
            raise DataError(f"{place} holds the array {name!r} twice.")
        members[name] = info
    return members


def _pair(members: dict[str, zipfile.ZipInfo], place: str, need_targets: bool) -> tuple[str, str]:
    for features, targets in PAIRS:
        if features in members and (targets in members or not need_targets):
            return features, targets
    if "[content_types].xml" in members or "mimetype" in members:
        raise DataError(f"{place} is a spreadsheet or document. Save its table as CSV.")
    found = ", ".join(sorted(members)[:10]) or "none"
    raise DataError(
        f"{place} needs the arrays x and y, or x_train and y_train (with x_test and y_test where there is a test "
        f"part); it holds: {found}."
    )


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> Array:
    name = info.filename.removesuffix(".npy")
    with archive.open(info) as file:
        try:
            shape, fortran_order, dtype = _read_header(file)
        except (
            ValueError,
            SyntaxError,
            TypeError,
            EOFError,
            RecursionError,
            MemoryError,
            tokenize.TokenError,
        ) as error:
            raise DataError(f"{place}: {name!r} is not a NumPy array ({_short(error)}).") from None
        if dtype.hasobject:
            raise DataError(
                f"{place}: the array {name!r} holds Python objects, which could run code when read. "
                "Save it as numbers or texts: array.astype(float), or numpy.array(list_of_texts)."
            )
        if dtype.kind not in "buifUc" or any(size < 0 for size in shape):
            raise DataError(f"{place}: the array {name!r} is of type {dtype}, which can't be used.")
        count = 1
        for size in shape:
            count *= size
        expected = count * dtype.itemsize
        # Known before a byte of it is read: a header may promise terabytes.
        if expected > info.file_size:
            raise DataError(
                f"{place}: the array {name!r} says it has the shape {shape}, {expected:,} bytes, but the archive holds "
                f"{info.file_size:,} of it. The file is cut short or damaged."
            )
        body = file.read(expected)
    if len(body) != expected:
        raise DataError(f"{place}: the array {name!r} ends after {len(body):,} of {expected:,} bytes.")
    array = np.frombuffer(body, dtype=dtype).reshape(shape, order="F" if fortran_order else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(file)
    raise ValueError(f"version {version[0]}.{version[1]} of the array format")


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def _class_names(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], place: str
) -> tuple[str, ...]:
    for name in ("classes", "class_names", "target_names"):
        if name in members:
            names = _read_member(archive, members[name], place)
            if names.ndim == 1 and names.dtype.kind == "U":
                return tuple(map(str, names))
    return ()


def _check_counts(x: Array, y: Array, x_name: str, y_name: str, place: str) -> None:
    x_count, y_count = (len(array) if array.ndim else 0 for array in (x, y))
    if x_count != y_count:
        raise DataError(
            f"{place}: {x_name} has {x_count:,} samples but {y_name} has {y_count:,}. They must be equal."
        )
    if x_count == 0:
        raise DataError(f"{place}: {x_name} holds no samples (its shape is {x.shape}).")
