"""The command line run within the test's process, and in one of its own where signals, pipes or terminals matter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engine.cli.running import Outcome, Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as `gradloom ...` does."""
    from engine.cli import main

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a command in a process of its own: a terminal of a known width and colour."""
    return {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
