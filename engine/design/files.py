"""Files on disk: the NAME.gradloom container, the bare design.json, and writing that never leaves half a file.

A container is a zip archive of the few members listed in `MEMBERS`. Reading believes nothing: the kind of file, the
names, the sizes and the ratios are looked at before anything is decompressed, nothing is ever extracted to disk, and
every checksum is verified. What can go wrong ends as FileFormatError or FileAccessError with one clear sentence.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from engine.core.errors import FileAccessError, FileFormatError
from engine.design.design import Design
from engine.design.document_json import read_document, write_document

DESIGN, WEIGHTS, OPTIMIZER = "design.json", "weights.safetensors", "optimizer.safetensors"
RUN, HISTORY, STEPS, THUMBNAIL = "run.json", "history.csv", "steps.safetensors", "thumbnail.png"
MEMBERS = (DESIGN, WEIGHTS, OPTIMIZER, RUN, HISTORY, STEPS, THUMBNAIL)
COMPRESSED = (DESIGN, RUN, HISTORY)

MAX_TOTAL = 4 * 2**30
"""Bytes that all members may hold together once decompressed."""
MAX_TEXT = 64 * 2**20
FREE_SIZE, MAX_RATIO = 2**20, 200
"""A member beyond the first size may not grow by more than this factor: a deflate bomb grows a thousandfold."""

_END = struct.Struct("<4s6xH10s")
"""The last bytes of a zip archive: signature, number of members, and what does not matter here."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FOREIGN = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80", "a Python pickle"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x05\x06", "an empty zip archive"),
)


def save_design(design: Design, path: str | Path) -> None:
    """Write a design without weights: a bare document for .json, a container for any other name. Atomic.

    Raises FileAccessError; the file that was there before is then unchanged.
    """
    text = write_document(design).encode()
    write_atomically(path, text if Path(path).suffix.lower() == ".json" else pack_container({DESIGN: text}))


def load_design(path: str | Path) -> Design:
    """Read the design in a container or a bare document. Raises FileFormatError or FileAccessError."""
    return read_document(read_container(path, only=(DESIGN,))[DESIGN])


# ---------------------------------------------------------------------- writing


def pack_container(members: Mapping[str, bytes]) -> bytes:
    """Return the zip archive of these members. The same members give the same bytes: no clock, no machine enters."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in MEMBERS:
            if name in members:
                info = zipfile.ZipInfo(name, date_time=_EPOCH)
                info.external_attr = 0o644 << 16
                info.create_system = 3
                kind = zipfile.ZIP_DEFLATED if name in COMPRESSED else zipfile.ZIP_STORED
                archive.writestr(info, members[name], compress_type=kind)
    return buffer.getvalue()


def write_atomically(path: str | Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, wholly or not at all.

    The bytes go to a new file in the same folder, to the disk, and then take the old one's name. Symbolic links are
    followed and permission bits kept. Raises FileAccessError with `errno`; the old file is then unchanged.
    """
    place = Path(path)
    temporary = ""
    try:
        target = Path(os.path.realpath(place))
        if target.exists() and not target.is_file():
            kind = "a folder" if target.is_dir() else "a device"
            raise FileAccessError(
                f"Can't write {place.name}: there is {kind} of that name. Choose another name."
            )
        handle, temporary = tempfile.mkstemp(prefix=".gradloom-", suffix=".tmp", dir=target.parent)
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(target))
        os.replace(temporary, target)
        temporary = ""
        _sync_folder(target.parent)
    except FileAccessError:
        raise
    except (OSError, ValueError) as error:
        raise _access_error("write", place, error) from error
    finally:
        if temporary:
            _remove(temporary)


def _mode_for(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except OSError:
        mask = os.umask(0o022)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (not on Windows)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


# ---------------------------------------------------------------------- reading


def read_container(path: str | Path, only: tuple[str, ...] = MEMBERS) -> dict[str, bytes]:
    """Return the members named in `only` that are there; a bare JSON document counts as design.json alone.

    Raises FileAccessError where the file can't be read, FileFormatError where it is not what it promises to be.
    """
    place = Path(path)
    try:
        with _open_regular(place) as file:
            start = file.read(16)
            if start.startswith(b"PK\x03\x04"):
                return _read_members(file, place, only)
            if start.lstrip().startswith((b"{", b"\xef\xbb\xbf")):
                return {DESIGN: _read_text(file, place)}
    except (FileFormatError, FileAccessError):
        raise
    except OSError as error:
        raise _access_error("read", place, error) from error
    raise FileFormatError(f"{place.name} is not a Gradloom file: {_guess(start)}.")


def _open_regular(place: Path) -> io.BufferedReader:
    """Open a file and nothing else: a pipe would block for ever, a device never ends."""
    try:
        mode = os.stat(place).st_mode
    except ValueError as error:
        raise FileAccessError(f"{str(place)!r} is not a file name: {error}.") from None
    if stat.S_ISDIR(mode):
        raise FileAccessError(f"{place.name} is a folder. Choose a .gradloom or .json file.")
    if not stat.S_ISREG(mode):
        raise FileAccessError(f"{place.name} is not a regular file. Choose a .gradloom or .json file.")
    return open(place, "rb")  # closed by the caller's with-block


def _read_text(file: io.BufferedReader, place: Path) -> bytes:
    file.seek(0)
    content = file.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        raise FileFormatError(f"{place.name} is larger than {MAX_TEXT // 2**20} MiB: it can't be a design.")
    return content.removeprefix(b"\xef\xbb\xbf")


def _read_members(file: io.BufferedReader, place: Path, only: tuple[str, ...]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            _check_count(file, len(infos), place)
            _check_listing(infos, os.fstat(file.fileno()).st_size, place)
            found = {info.filename: archive.read(info) for info in infos if info.filename in only}
            # A damaged member counts even when it is not wanted now: whoever saves would lose it.
            for info in infos:
                if info.filename not in only:
                    _verify(archive, info)
    except FileFormatError:
        raise
    except OSError as error:
        if (
            error.errno != errno.EINVAL
        ):  # a damaged listing sends the reader to places before the file's beginning
            raise
        raise FileFormatError(
            f"{place.name} is damaged and can't be opened (it points outside itself)."
        ) from error
    except MemoryError:
        raise FileFormatError(f"{place.name} needs more memory to open than there is.") from None
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
        KeyError, IndexError, OverflowError, UnicodeError,
    ) as error:  # fmt: skip
        detail = str(error).rstrip(".") or type(error).__name__
        raise FileFormatError(f"{place.name} is damaged and can't be opened ({detail}).") from error
    if DESIGN in only and DESIGN not in found:
        raise FileFormatError(f"{place.name} is not a Gradloom file: it holds no {DESIGN}.")
    return found


def _check_count(file: io.BufferedReader, found: int, place: Path) -> None:
    """Refuse an archive whose own count of its members is another: a damaged listing may swallow an entry silently."""
    file.seek(-_END.size, os.SEEK_END)
    signature, count, _ = _END.unpack(file.read(_END.size))
    if signature != b"PK\x05\x06" or count != found:
        raise FileFormatError(
            f"{place.name} is damaged and can't be opened (its list of contents is not whole)."
        )


def _check_listing(infos: list[zipfile.ZipInfo], file_size: int, place: Path) -> None:
    """Refuse what a Gradloom file never has, before a byte is decompressed."""
    names = [info.filename for info in infos]
    foreign = next((name for name in names if name not in MEMBERS), None)
    if foreign is not None:
        raise FileFormatError(
            f"{place.name} is not a Gradloom file: it holds {foreign[:60]!r}, which has no place in one."
        )
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise FileFormatError(f"{place.name} holds {double} twice: it was not written by Gradloom.")
    for info in infos:
        kind = info.external_attr >> 16
        if info.flag_bits & 0x1:
            raise FileFormatError(f"{place.name} is encrypted ({info.filename}): Gradloom files never are.")
        if info.is_dir() or (kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG)):
            raise FileFormatError(f"{place.name} holds {info.filename} as a link or folder, not as a file.")
        limit = MAX_TEXT if info.filename in COMPRESSED else MAX_TOTAL
        if info.file_size > limit:
            raise FileFormatError(
                f"{place.name}: {info.filename} claims {info.file_size:,} bytes; at most {limit:,} are opened."
            )
        packed = min(info.compress_size, file_size)
        if info.file_size > max(FREE_SIZE, packed * MAX_RATIO):
            raise FileFormatError(
                f"{place.name}: {info.filename} would grow from {packed:,} to {info.file_size:,} bytes; "
                "no file that Gradloom writes does."
            )
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise FileFormatError(f"{place.name} claims more than {MAX_TOTAL // 2**30} GiB in all.")


def _verify(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    with archive.open(info) as member:
        while member.read(2**20):
            pass


def _guess(start: bytes) -> str:
    if not start:
        return "it is empty"
    for magic, name in _FOREIGN:
        if start.startswith(magic):
            return f"it looks like {name}"
    return "it is neither an archive nor a JSON document"


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "it would be larger than files may be here",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EROFS: "the disk is read-only",
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "its folder is not a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk reports a fault",
}


def _access_error(what: str, place: Path, error: OSError | ValueError) -> FileAccessError:
    code = getattr(error, "errno", None)
    reason = _REASONS.get(code or 0) or getattr(error, "strerror", None) or str(error)
    if what == "write" and code == errno.ENOENT:
        reason = "its folder is not there"
    kept = " What was saved before is unchanged." if what == "write" else ""
    wrapped = FileAccessError(f"Can't {what} {place.name}: {reason}.{kept}")
    wrapped.errno = code
    return wrapped
