"""Folders of data: IDX files, one CSV or NPZ file, or text files that are a class each."""

from __future__ import annotations

from pathlib import Path

from engine.core.errors import DataError
from engine.data.formats.idx import is_idx
from engine.data.formats.lines import class_files

TABLES = (".csv", ".tsv", ".data", ".npz")
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
MAX_ENTRIES = 20_000


def file_in_folder(folder: Path) -> Path:
    """The file that a folder is read through: its IDX training images, or its only table or archive.

    The folder itself where it holds text files, one per class.

    Raises DataError saying what the folder holds instead.
    """
    try:
        entries = []
        for entry in folder.iterdir():
            entries.append(entry)
            if len(entries) >= MAX_ENTRIES:
                break
        files = sorted(entry for entry in entries if entry.is_file())
    except OSError as error:
        raise DataError(f"The folder {folder} can't be read: {error.strerror or error}.") from None
    images = [file for file in files if is_idx(file) and "images" in file.name.lower()]
    training = [file for file in images if "train" in file.name.lower()] or images
    if training:
        return training[0]
    tables = [file for file in files if file.suffix.lower() in TABLES]
    if len(tables) == 1:
        return tables[0]
    if tables:
        names = ", ".join(file.name for file in tables[:6])
        raise DataError(f"The folder {folder} holds several tables ({names}). Choose one of the files.")
    if class_files(folder):
        return folder
    if _has_images(entries):
        raise DataError(
            f"The folder {folder} holds picture files, which are not read. Store them as one NPZ file with the arrays "
            "x (N, height, width, channels; uint8) and y (N,)."
        )
    raise DataError(
        f"The folder {folder} holds nothing to read. Expected: IDX files (train-images-idx3-ubyte, ...), one CSV or "
        "one NPZ file, or a text file (.txt) per class."
    )


def _has_images(entries: list[Path]) -> bool:
    for entry in entries[:100]:
        if entry.suffix.lower() in IMAGES:
            return True
        if entry.is_dir():
            try:
                first = next((inner for inner in entry.iterdir() if inner.is_file()), None)
            except OSError:
                continue
            if first is not None and first.suffix.lower() in IMAGES:
                return True
    return False
