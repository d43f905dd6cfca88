"""Render the pictures of the documentation again: the whole window, trained a little, in both themes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DESIGN = "digits"
EPOCHS = "5"


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        picture = IMAGES / f"window-{theme}.png"
        command = [sys.executable, "main.py", "screenshot", DESIGN, str(picture)]
        command += ["--epochs", EPOCHS, "--theme", theme]
        status = subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode
        if status:
            return status
        print(picture.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
