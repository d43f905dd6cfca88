"""A save is whole or has not happened: full disks, failures at every call, links and permissions."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import pytest

from engine.core.errors import FileAccessError, GradloomError
from engine.design import files

OLD, NEW = b"old content", b"new content" * 1000
CALLS = ("mkstemp", "write", "fsync", "chmod", "replace")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "file.gradloom"
    place.write_bytes(OLD)
    return place


@pytest.mark.parametrize("call", CALLS)
def test_a_failure_at_each_call_leaves_the_old_file(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if call == "mkstemp":
            patch.setattr(files.tempfile, "mkstemp", fail)
        elif call == "write":
            patch.setattr("builtins.open", lambda handle, mode: _FullFile(handle))
        else:
            patch.setattr(files.os, call, fail)
        with pytest.raises(
            FileAccessError, match=r"the disk is full\. What was saved before is unchanged"
        ) as caught:
            files.write_atomically(path, NEW)
    assert caught.value.errno == errno.ENOSPC
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, GradloomError)
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == [path.name]
    files.write_atomically(path, NEW)
    assert path.read_bytes() == NEW


class _FullFile:
    """A file on a full disk: it takes nothing."""

    def __init__(self, handle: int) -> None:
        os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_permissions_are_kept_and_new_files_get_the_usual_ones(path: Path) -> None:
    path.chmod(0o640)
    files.write_atomically(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        files.write_atomically(path.with_name("fresh"), NEW)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.with_name("fresh").stat().st_mode) == 0o640


def test_a_link_is_followed(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path.name)
    files.write_atomically(link, NEW)
    assert link.is_symlink()
    assert path.read_bytes() == NEW


def test_a_name_of_255_bytes(path: Path) -> None:
    long = path.with_name("🧵" * 60 + "x" * 6 + ".gradloom")
    assert len(os.fsencode(long.name)) == 255
    files.write_atomically(long, NEW)
    assert long.read_bytes() == NEW


SAVING = """
import sys
from engine.design.files import pack_container, write_atomically
contents = [pack_container({"design.json": b"{}", "thumbnail.png": bytes([n]) * 300_000}) for n in (1, 2)]
write_atomically(sys.argv[1], contents[0])
print("saving", flush=True)
while True:
    for content in contents:
        write_atomically(sys.argv[1], content)
"""


@pytest.mark.parametrize("wait", range(4))
def test_a_program_killed_while_it_saves_leaves_a_whole_file(wait: int, path: Path, root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SAVING, str(path)], cwd=root, text=True, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        program.stdout.readline()
        # Work of another length each time, so that the blow falls at another moment.
        for _ in range(1 + 3 * wait):
            files.read_container(path)
        program.kill()
    assert files.read_container(path)[files.THUMBNAIL] in (b"\x01" * 300_000, b"\x02" * 300_000)


def test_places_where_nothing_can_be_written(path: Path) -> None:
    for place, message in [
        (path.parent, "there is a folder of that name"),
        (path.parent / "absent" / "x", "its folder is not there"),
        (path / "x", "not a folder|not there"),
        (path.with_name("x" * 300), "too long"),
        (path.with_name("a\0b"), "Can't write"),
    ]:
        with pytest.raises(FileAccessError, match=message):
            files.write_atomically(place, NEW)
    assert path.read_bytes() == OLD
