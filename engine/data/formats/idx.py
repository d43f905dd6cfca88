"""IDX files, the format of MNIST: a magic number, the dimensions (big-endian), then the numbers.

Bytes 0 and 1 are zero, byte 2 tells the type, byte 3 the number of dimensions; then 4 bytes per dimension.
Files may be compressed with gzip. (Y. LeCun, C. Cortes, C. Burges, The MNIST database.)
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.formats.arrays import MAX_BYTES, image_data, labelled
from engine.data.formats.text import check_regular_file
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings

Array = npt.NDArray[Any]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"


def is_idx(path: Path) -> bool:
    """Whether the name is that of an IDX file: ...-idx3-ubyte, .idx, ..., with or without .gz."""
    name = path.name.lower().removesuffix(".gz")
    return name.endswith((".idx", ".ubyte", "-ubyte")) or any(
        f"{mark}idx{n}" in name for mark in "-." for n in range(1, 5)
    )


def read_idx(path: Path) -> Array:
    """The array of an IDX file, in the machine's own byte order, read-only where nothing had to be converted.

    Raises DataError where the magic number is another, or the file is shorter or longer than it says.
    """
    check_regular_file(path)
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC
        with cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb") as file:
            return _read(file, path.name)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path.name} is damaged or cut short: {error}. Get the file again.") from None
    except OSError as error:
        raise DataError(f"The file {path} can't be read: {error.strerror or error}.") from None


def _read(file: BinaryIO, name: str) -> Array:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= 4:
        raise DataError(
            f"{name} is not an IDX file: it begins with 0x{magic.hex() or '(nothing)'}, where 0x00000803 (images) or "
            "0x00000801 (labels) is expected. Choose another file, or get it again."
        )
    head = file.read(4 * magic[3])
    if len(head) < 4 * magic[3]:
        raise DataError(f"{name} ends within its header, after {4 + len(head)} bytes. Get the file again.")
    shape = tuple(int(size) for size in np.frombuffer(head, dtype=">u4"))
    dtype = np.dtype(TYPES[magic[2]])
    expected = math.prod(shape) * dtype.itemsize
    if expected > MAX_BYTES:
        raise DataError(
            f"{name} says it holds {' x '.join(map(str, shape))} numbers, {expected / 2**30:,.1f} GiB; up to "
            f"{MAX_BYTES / 2**30:.0f} GiB are read."
        )
    # One byte more than is due tells a file that is too long from one that is right, whatever is packed in it.
    body = _read_at_most(file, expected + 1)
    if len(body) != expected:
        found = f"more than {expected:,}" if len(body) > expected else f"{len(body):,}"
        raise DataError(
            f"{name} says it holds {' x '.join(map(str, shape))} numbers, which are {expected:,} bytes, but {found} "
            "bytes follow its header. Get the file again."
        )
    array = np.frombuffer(body, dtype=dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_at_most(file: BinaryIO, count: int, piece: int = 16 * 1024 * 1024) -> bytes:
    """Up to `count` bytes, piece by piece: a header that promises too much costs no memory."""
    pieces: list[bytes] = []
    while count > 0:
        part = file.read(min(piece, count))
        if not part:
            break
        pieces.append(part)
        count -= len(part)
    return b"".join(pieces)


def read_pair(images: Path, labels: Path) -> tuple[Array, Array]:
    """(images (N, H, W) or (N, H, W, C), labels (N,)) of two files that belong together."""
    x, y = read_idx(images), read_idx(labels)
    if x.ndim < 2:
        raise DataError(f"{images.name} has {x.ndim} dimension, so it holds labels rather than images.")
    if y.ndim != 1:
        raise DataError(f"{labels.name} has {y.ndim} dimensions; labels have one.")
    if len(x) != len(y):
        raise DataError(
            f"{images.name} holds {len(x):,} images but {labels.name} holds {len(y):,} labels. "
            "They don't belong together."
        )
    if not len(x):
        raise DataError(f"{images.name} holds no images.")
    return x, y


def labels_beside(images: Path) -> Path:
    """The file of labels that belongs to a file of images. Raises DataError naming what was looked for."""
    candidates = _label_names(images.name)
    for name in candidates:
        for variant in (name, name.removesuffix(".gz"), name.removesuffix(".gz") + ".gz"):
            found = images.with_name(variant)
            if found.is_file() and found != images:
                return found
    looked = candidates[0] if candidates else "train-labels-idx1-ubyte"
    raise DataError(
        f"{images.name} holds images; their labels are looked for beside it as {looked}, which is not there. "
        f"Put the file into {images.parent}."
    )


def _label_names(name: str) -> list[str]:
    swapped = name.replace("images", "labels").replace("Images", "Labels")
    return [] if swapped == name else [swapped.replace("idx3", "idx1").replace("idx4", "idx1"), swapped]


def read_idx_set(
    path: Path, settings: DataSettings, fitted: Preprocessing | None = None, *, need_targets: bool = True
) -> RawData:
    """A set of images from its IDX file of images; the matching test part is taken from beside it if it is there."""
    if "labels" in path.name.lower():
        images = path.with_name(path.name.replace("labels", "images").replace("idx1", "idx3"))
        raise DataError(f"{path.name} holds labels. Choose the file of the images instead: {images.name}.")
    if not need_targets:
        return labelled(image_data(read_idx(path), path.name), None, settings, path.name, fitted=fitted)
    x, y = read_pair(path, labels_beside(path))
    test = _test_beside(path)
    test_x, test_y = (None, None) if test is None else read_pair(test, labels_beside(test))
    raw = image_data(x, path.name)
    tested = None if test_x is None else image_data(test_x, path.name).x
    return labelled(raw, y, settings, path.name, tested, test_y, fitted=fitted)


def _test_beside(path: Path) -> Path | None:
    for word in ("t10k", "test"):
        other = path.with_name(path.name.replace("train", word))
        if other != path:
            for variant in (other, other.with_name(other.name + ".gz"), other.with_suffix("")):
                if variant.is_file() and variant != path:
                    return variant
    return None
