"""How many threads the linear algebra takes is said before NumPy is there, and only where nobody else has said it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core import threads

SCRIPT = """
import os
from engine.cli import main
status = main(["templates"])
print(status, os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS"))
"""


def threads_of_a_command(root: Path, **variables: str) -> list[str]:
    bare = {name: value for name, value in os.environ.items() if name not in threads.THREAD_VARIABLES}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(
        command, cwd=root, env=bare | variables, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.splitlines()[-1].split()


def test_a_command_leaves_a_core(root: Path) -> None:
    count = str(threads.default_threads())
    assert threads_of_a_command(root) == ["0", count, count]


def test_who_says_how_many_threads_is_obeyed(root: Path) -> None:
    assert threads_of_a_command(root, OPENBLAS_NUM_THREADS="3") == ["0", "3", "None"]


def test_where_numpy_is_there_already_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in threads.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    threads.leave_a_core()
    assert not any(name in os.environ for name in threads.THREAD_VARIABLES)
