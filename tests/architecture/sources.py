"""The project's files, as the architecture tests walk them."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CODE = ("engine", "designer", "tests", "benchmarks", "scripts", "docs")
NOT_OURS = {"build", "dist", "__pycache__"}
HIDDEN_BUT_OURS = {".ci", ".gitignore"}
TEXT_SUFFIXES = {".py", ".md", ".toml", ".txt", ".sh", ".json", ".csv", ".svg", ".html", ".yml", ".cfg", ""}


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the given folders (all of the project's own, and main.py, when none is given)."""
    found = [path for folder in folders or CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return found if folders else [ROOT / "main.py", *found]


def text_files() -> Iterator[Path]:
    """Every text file of the project, whatever its kind."""
    for path in sorted(ROOT.iterdir()):
        hidden = path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS
        if hidden or path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        candidates = sorted(path.rglob("*")) if path.is_dir() else [path]
        for candidate in candidates:
            if (
                candidate.is_file()
                and candidate.suffix in TEXT_SUFFIXES
                and not NOT_OURS & set(candidate.parts)
            ):
                yield candidate


def shown(path: Path) -> str:
    """The path as a message shows it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def pyproject() -> dict[str, Any]:
    """The project's declaration."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def package_exists(name: str) -> bool:
    """Whether the package or module of that dotted name is part of the project."""
    path = ROOT.joinpath(*name.split("."))
    return (path / "__init__.py").is_file() or path.with_suffix(".py").is_file()
