"""Sources that are files: which reader reads which, and where relative paths start."""

from __future__ import annotations

import difflib
import string
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import DataError
from engine.data.formats.csv_table import read_csv
from engine.data.formats.folder import file_in_folder
from engine.data.formats.idx import GZIP_MAGIC, is_idx, read_idx_set
from engine.data.formats.lines import LineOptions, read_lines
from engine.data.formats.npz import read_npz
from engine.data.formats.table import CsvOptions
from engine.data.formats.text import read_bytes
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData, ReadContext
from engine.data.settings import DataSettings
from engine.data.source import OptionField, all_sources, option_fields


@dataclass(frozen=True)
class FormatInfo:
    """A kind of file that can be opened as data: the suffixes for a file dialog (none: a folder) and its options."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    options: tuple[OptionField, ...]


def file_formats() -> tuple[FormatInfo, ...]:
    """The kinds of files that are read."""
    return (
        FormatInfo("csv", "Text tables", (".csv", ".tsv", ".txt", ".data"), option_fields(CsvOptions)),
        FormatInfo("npz", "NumPy archives", (".npz",), ()),
        FormatInfo("lines", "Folders of text files, one per class", (), option_fields(LineOptions)),
        FormatInfo("idx", "IDX images", ("-idx3-ubyte", "-idx3-ubyte.gz", ".idx", ".idx.gz"), ()),
    )


def resolve(source: str, context: ReadContext) -> Path:
    """The file (or folder of text files) that a source names, relative to the design's folder, else to the current one.

    Raises DataError, with the nearest built-in name, where there is none.
    """
    if not source.strip() or "\0" in source:
        raise DataError("No data source is named. Give a built-in data set's name or the path of a file.")
    try:
        path = Path(source).expanduser()
    except RuntimeError:
        path = Path(source)
    candidates = [path] if path.is_absolute() or context.folder is None else [context.folder / path, path]
    for candidate in candidates:
        try:
            if candidate.exists():
                return file_in_folder(candidate) if candidate.is_dir() else candidate
        except OSError as error:
            raise DataError(f"The file {source[:80]!r} can't be read: {error.strerror or error}.") from None
    raise DataError(_not_found(source, candidates[0]))


def _not_found(source: str, path: Path) -> str:
    names = list(all_sources())
    near = difflib.get_close_matches(source.lower(), names, n=1)
    if near:
        hint = f"Did you mean the built-in data set {near[0]!r}?"
    else:
        hint = f"Built-in data sets: {', '.join(names)}."
    if set(source) <= set(string.ascii_letters + string.digits + "_-"):
        return f"There is no data set named {source!r} and no file {path}. {hint}"
    return f"There is no file {path.absolute()}. Check its name and place, or choose the file again."


def read_file(
    path: Path, settings: DataSettings, fitted: Preprocessing | None = None, *, need_targets: bool = True
) -> RawData:
    """Read a file by what it is: NPZ and IDX are told by their first bytes or name, all else is a text table."""
    if path.is_dir():
        return read_lines(path, settings, fitted)
    head = read_bytes(path, 4)
    is_idx_file = is_idx(path) or (head[:2] == b"\0\0" and len(head) == 4 and head[2] in range(8, 15))
    if head[:2] == b"PK" or is_idx_file:
        _refuse_choices(path, settings)
        read = read_idx_set if is_idx_file else read_npz
        return read(path, settings, fitted, need_targets=need_targets)
    if path.suffix.lower() == ".npz":
        raise DataError(
            f"{path.name} is not a NumPy archive: it begins with 0x{head.hex()}. Save it with numpy.savez."
        )
    if head[:2] == GZIP_MAGIC:
        raise DataError(
            f"{path.name} is compressed with gzip; unpack it first (only IDX files are read packed)."
        )
    return read_csv(path, settings, fitted, need_targets=need_targets)


def _refuse_choices(path: Path, settings: DataSettings) -> None:
    """Raise DataError for settings that only tables have."""
    if settings.options:
        raise DataError(f"{path.name} takes no options, but {', '.join(settings.options)} was given.")
    if settings.target:
        raise DataError(
            f"{path.name} is no table; its target can't be chosen by column. Leave the target empty."
        )
