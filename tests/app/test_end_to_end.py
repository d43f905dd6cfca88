"""The whole program in a real window: drawn, wired, trained, paused, saved and reopened by real input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("xdotool") is None, reason="xdotool is not installed: sudo apt-get install xdotool"
    ),
]


def play(scene: str, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Run a scene of the session script in a process of its own and return what it saw."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.app.session_script", scene, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    seen: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return seen


def test_the_first_five_minutes(tmp_path: Path, screen_environment: dict[str, str]) -> None:
    drawn = play("draw", tmp_path, screen_environment)
    assert drawn["layers"] == ["Input", "Flatten", "Dense", "Dense", "Output"]
    assert drawn["wires"] == 4
    assert drawn["filled"] == ["activations", "gradients", "loss", "weights"]
    assert drawn["loss"] < 1.0, "ten digits at chance have a loss of 2.3"
    assert (tmp_path / "mine.gradloom").stat().st_size > 1000
    exported = load_file(tmp_path / "mine.safetensors")
    assert len(exported) == drawn["arrays"] == 4

    reopened = play("reopen", tmp_path, screen_environment)
    assert reopened["layers"] == drawn["layers"]
    assert reopened["weights"] == drawn["weights"], "the same weights, bit for bit"
    assert not reopened["modified"]
    assert reopened["recent"] == ["mine.gradloom"]
