"""From the bytes of a text table to its text: encodings, and the files that are no text at all."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from engine.core.errors import DataError

# Larger tables belong into an NPZ file, which is read a hundred times faster and needs a tenth of the memory.
MAX_BYTES = 256 * 1024 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def check_regular_file(path: Path) -> int:
    """The size of the file in bytes. Raises DataError where there is none or it is no regular file."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"The file {path} can't be read: {reason}. Check its name and place.") from None
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
        raise DataError(f"{path} is {what}, not a file of data. Choose a CSV, NPZ or IDX file.")
    if status.st_size == 0:
        raise DataError(f"The file {path} is empty. Choose one with data.")
    return status.st_size


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """The bytes of a file, at most `limit`. Raises DataError where it can't be read."""
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            return file.read() if limit is None else file.read(limit)
    except OSError as error:
        raise DataError(f"The file {path} can't be read: {error.strerror or error}.") from None


def read_text(path: Path, encoding: str = "auto", limit: int | None = None) -> tuple[str, str]:
    """(text, encoding) of a text file; `limit` reads only so many bytes, whole lines of them.

    auto: a byte order mark decides, else UTF-16 by its zero bytes, else UTF-8, else Windows-1252.
    Raises DataError naming the line of a NUL byte or of bytes that are not in the encoding.
    """
    size = check_regular_file(path)
    if limit is None and size > MAX_BYTES:
        raise DataError(
            f"{path.name} has {size / 2**20:,.0f} MiB; tables of text are read up to {MAX_BYTES // 2**20} MiB. "
            "Store the arrays as an NPZ file (numpy.savez), which also loads much faster."
        )
    raw = read_bytes(path, limit)
    text, used = _decode(raw, encoding, path.name, cut=limit is not None and size > len(raw))
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise DataError(
            f"{path.name}, line {line}: found a NUL byte, which no text table has. It may be a binary file, or "
            "damaged; save it again as CSV text."
        )
    if limit is not None and size > len(raw):
        text = text[: text.rfind("\n") + 1] or text
    return text, used


def _decode(raw: bytes, encoding: str, name: str, cut: bool) -> tuple[str, str]:
    if encoding != "auto":
        try:
            return raw.decode(encoding, errors="ignore" if cut else "strict").removeprefix("\ufeff"), encoding
        except LookupError:
            raise DataError(
                f"{name}: there is no text encoding {encoding!r}. Use 'auto' or 'utf-8'."
            ) from None
        except UnicodeError as error:
            raise DataError(f"{name} is not {encoding} text ({error}). Set the encoding to 'auto'.") from None
    for mark, marked in _MARKS:
        if raw.startswith(mark):
            return _decode_as(raw[len(mark) :], marked, name, cut), marked
    guessed = _utf16_without_mark(raw[:4096])
    if guessed:
        return _decode_as(raw, guessed, name, cut), guessed
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(raw, final=not cut), "utf-8"
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes undefined; they can only be noise in a table.
        return raw.decode("cp1252", errors="replace"), "windows-1252"


def _decode_as(raw: bytes, encoding: str, name: str, cut: bool) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw, final=not cut)
    except UnicodeError as error:
        raise DataError(
            f"{name} begins like {encoding} text but is damaged: {error}. Save it as UTF-8."
        ) from None


def _utf16_without_mark(head: bytes) -> str:
    """The byte order of unmarked UTF-16, told by where the zero bytes of plain letters lie; "" for other text."""
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    low, high = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if high > 0.4 * pairs and low < 0.05 * pairs:
        return "utf-16-le"
    if low > 0.4 * pairs and high < 0.05 * pairs:
        return "utf-16-be"
    return ""
