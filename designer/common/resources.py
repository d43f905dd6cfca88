"""Where the program's resource files are: next to the packages, in a checkout and when installed alike."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2] / "resources"


def resource_path(name: str) -> Path:
    """Return the path of a resource, such as "icons/play.svg"."""
    return _ROOT / name


def resource_text(name: str) -> str:
    """Return the text of a resource. Raises FileNotFoundError where an installation is incomplete."""
    return resource_path(name).read_text(encoding="utf-8")
