"""The canvas under a real X server's pointer and keyboard."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("real_pointer_script.py")


@pytest.mark.xvfb
def test_a_real_pointer_edits_a_network(screen_environment: dict[str, str]) -> None:
    if shutil.which("xdotool") is None:
        pytest.skip("xdotool is not installed (on Debian and Ubuntu: sudo apt-get install xdotool)")
    ended = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=screen_environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == "done"
