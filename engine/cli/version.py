"""The program's version, as it was installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the installed version, or "(not installed)" from a bare checkout."""
    try:
        return version("gradloom")
    except PackageNotFoundError:
        return "(not installed)"
