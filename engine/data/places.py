"""Folders in which data is looked for: what comes with the program, GRADLOOM_DATA, the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "GRADLOOM_DATA"


def shipped_folder() -> Path:
    """The folder of the small sets that come with the program."""
    return Path(__file__).resolve().parents[2] / "resources" / "data"


def data_folder() -> Path | None:
    """The folder that the environment variable GRADLOOM_DATA names, or None where it names none."""
    value = os.environ.get(DATA_VARIABLE, "").strip()
    return Path(value).expanduser() if value else None


def cache_folder() -> Path:
    """Where downloads are kept: the user's cache, in a folder of the program's own. Not created here."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("gradloom", appauthor=False)) / "data"
