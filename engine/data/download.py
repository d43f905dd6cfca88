"""Files fetched over https: checked against published sums, placed whole or not at all, resumed if broken off."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.core.errors import DataError

TIMEOUT_SECONDS = 20.0
PIECE = 256 * 1024


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch: its name, size in bytes and published sum (hexadecimal)."""

    name: str
    size: int
    sha256: str = ""
    md5: str = ""


@dataclass(frozen=True)
class RemoteSet:
    """Files that belong together and the addresses (ending in /) that have them, the first tried first."""

    name: str
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]


def fetch(
    remote: RemoteSet,
    folder: Path,
    on_progress: Callable[[int, int], None],
    advice: str,
    timeout: float = TIMEOUT_SECONDS,
) -> None:
    """Fetch what the folder lacks of a set. `on_progress(done, total)` counts bytes and may raise to cancel.

    A file appears under its name only when it is whole and its sum is right. What a broken or cancelled download
    leaves (NAME.part) is taken up the next time. Raises DataError ending with `advice`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The folder {folder} for downloads can't be made: {error.strerror}. {advice}"
        ) from None
    total = sum(file.size for file in remote.files)
    done = 0
    for file in remote.files:
        target = folder / file.name
        if not (target.is_file() and target.stat().st_size == file.size and sum_is_right(target, file)):

            def report(count: int, before: int = done) -> None:
                on_progress(before + count, total)

            _fetch_from_mirrors(remote, file, target, report, advice, timeout)
        done += file.size
        on_progress(done, total)


def sum_is_right(path: Path, file: RemoteFile) -> bool:
    """Whether the content has the published sum."""
    digest = hashlib.sha256() if file.sha256 else hashlib.md5(usedforsecurity=False)
    with path.open("rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
    return digest.hexdigest() == (file.sha256 or file.md5)


def _fetch_from_mirrors(
    remote: RemoteSet,
    file: RemoteFile,
    target: Path,
    on_progress: Callable[[int], None],
    advice: str,
    timeout: float,
) -> None:
    part = target.with_name(target.name + ".part")
    failures: list[str] = []
    for mirror in remote.mirrors:
        try:
            _receive(mirror + file.name, file, part, on_progress, timeout)
            if not sum_is_right(part, file):
                part.unlink(missing_ok=True)
                raise _BadContentError("its content is not the published one (wrong checksum)")
            os.replace(part, target)
        except (OSError, _BadContentError) as error:
            failures.append(f"{mirror}: {_reason(error)}")
        else:
            return
    raise DataError(f"{file.name} of {remote.name} can't be downloaded ({'; '.join(failures)}). {advice}")


class _BadContentError(Exception):
    """A server answered with something else than the file."""


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason) or type(error).__name__


def _receive(
    address: str, file: RemoteFile, part: Path, on_progress: Callable[[int], None], timeout: float
) -> None:
    """Bring NAME.part to its full size, from where it was broken off if the server can."""
    # These two cost more to import than the rest of the data layer together.
    import http.client
    import urllib.request

    have = part.stat().st_size if part.is_file() else 0
    if have == file.size:
        return
    if have > file.size:
        part.unlink()
        have = 0
    request = urllib.request.Request(address, headers={"User-Agent": "gradloom"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            if have and answer.status != 206:
                have = 0
            with part.open("ab" if have else "wb") as out:
                _copy(answer, out, file, have, on_progress)
                out.flush()
                os.fsync(out.fileno())
    except http.client.HTTPException as error:
        raise _BadContentError(f"the transfer broke off ({error or type(error).__name__})") from None


def _copy(
    answer: IO[bytes], out: IO[bytes], file: RemoteFile, have: int, on_progress: Callable[[int], None]
) -> None:
    on_progress(have)
    while piece := answer.read(PIECE):
        if have + len(piece) > file.size:
            raise _BadContentError(f"it sends more than the {file.size:,} bytes of the file")
        out.write(piece)
        have += len(piece)
        on_progress(have)
    if have < file.size:
        raise _BadContentError(f"the transfer broke off after {have:,} of {file.size:,} bytes")
