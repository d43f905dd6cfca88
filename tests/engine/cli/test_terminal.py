"""Signals, pipes and terminals: the program in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.training.archive import load_archive
from tests.engine.cli.running import COMMAND, Run, flowers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals and terminals of POSIX")


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start a command whose output is read while it runs."""
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True)


def test_an_interrupt_ends_quietly_with_130(folder: Path) -> None:
    flowers(epochs=1_000_000).save(folder / "f.json")
    with start("train", "f.json", "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.startswith("gradloom: Interrupted after step ")
    assert errors.endswith("Nothing was saved.\n")
    assert errors.count("\n") == 1


def test_an_interrupted_run_is_saved_and_gone_on_with_to_the_bit(folder: Path, run: Run) -> None:
    flowers(epochs=1_000_000).save(folder / "f.json")
    with start("train", "f.json", "--json", "--save", "part.gradloom", "--history", "h.csv") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume goes on with it" in errors
    assert (folder / "h.csv").read_text().startswith("epoch,step")
    state = load_archive(folder / "part.gradloom").run_state
    assert state is not None
    epochs = state.epoch + 2
    assert (
        run("train", "part.gradloom", "--resume", "--epochs", epochs, "--save", "part.gradloom").status == 0
    )
    assert run("train", "f.json", "--epochs", epochs, "--save", "whole.gradloom").status == 0
    part, whole = (load_archive(folder / name).weights for name in ("part.gradloom", "whole.gradloom"))
    assert part is not None
    assert whole is not None
    assert all(np.array_equal(array, whole[name]) for name, array in part.items())


def test_output_into_head_leaves_no_traceback(folder: Path) -> None:
    flowers(epochs=1_000_000).save(folder / "f.json")
    with start("train", "f.json", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith('{"epoch": 1')
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0


def test_a_run_with_a_file_to_write_goes_on_when_nobody_reads(folder: Path) -> None:
    flowers(epochs=300).save(folder / "f.json")
    with start("train", "f.json", "--json", "--save", "f.gradloom") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0
    history = load_archive(folder / "f.gradloom").history
    assert history is not None
    assert len(history) == 300


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_onto_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "summary", "xor"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 1
    assert result.stderr == "gradloom: Can't write the output: No space left on device.\n"


def test_a_terminal_shows_a_progress_bar_and_a_pipe_none(folder: Path, environment: dict[str, str]) -> None:
    import pty

    flowers(epochs=40).save(folder / "f.json")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "train", "f.json"], stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux reports that the other side is closed
                part = b""
            if not part:
                break
            shown += part
        os.close(ours)
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0
    text = shown.decode()
    assert "Training" in text
    assert "100 %" in text
    assert "epoch 40/40  loss " in text
    assert "epoch" not in out, "the bar tells the epochs"
    assert out.startswith("seconds ")
    assert text.rstrip().endswith("\x1b[2K"), "the bar is gone at the end"


def test_the_history_of_signals_is_left_as_it_was(folder: Path, run: Run) -> None:
    flowers().save(folder / "f.json")
    before = signal.getsignal(signal.SIGINT)
    assert run("train", "f.json").status == 0
    assert signal.getsignal(signal.SIGINT) is before
