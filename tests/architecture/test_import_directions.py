"""Imports point down only, and every part of the program has its place in that order."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT, package_exists, pyproject, python_files, shown, tree


def _placed_modules() -> set[str]:
    layers = next(c for c in pyproject()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")[
        "layers"
    ]
    return {name for layer in layers for name in re.findall(r"[\w.]+", layer)}


def _parts_of(package: str) -> list[str]:
    folder = ROOT / package
    modules = [path.stem for path in folder.glob("*.py") if path.stem not in ("__init__", "__main__")]
    packages = [path.parent.name for path in folder.glob("*/__init__.py")]
    return [f"{package}.{name}" for name in sorted(modules + packages)]


def test_import_contracts_are_kept() -> None:
    for name in ("engine", "engine.worker", "designer"):
        if not package_exists(name):
            pytest.skip(f"{name} is not there yet: the contracts name it")
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("package", ["engine", "designer"])
def test_every_part_has_its_layer(package: str) -> None:
    missing = set(_parts_of(package)) - _placed_modules()
    assert not missing, f"name these in the layers contract of pyproject.toml: {sorted(missing)}"


def test_main_imports_only_the_application_and_the_commands_and_only_when_called() -> None:
    module = tree(ROOT / "main.py")
    at_top = {alias.name for node in module.body if isinstance(node, ast.Import) for alias in node.names}
    at_top |= {node.module or "" for node in module.body if isinstance(node, ast.ImportFrom)}
    assert at_top <= set(sys.stdlib_module_names) | {"__future__", "collections.abc"}
    anywhere = {node.module for node in ast.walk(module) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in anywhere if name and name.split(".")[0] in ("engine", "designer")}
    assert all(name.startswith(("designer.app", "engine.cli")) for name in ours), ours


def test_the_document_has_no_widgets() -> None:
    for path in python_files("designer/document"):
        for node in ast.walk(tree(path)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert "PySide6.QtWidgets" not in names, f"{shown(path)}:{node.lineno} imports widgets"


def test_plot_panels_do_not_import_each_other() -> None:
    panels = {path.stem: path for path in python_files("designer/plots") if path.stem.endswith("_panel")}
    for name, path in panels.items():
        imported = {
            (node.module or "").rpartition(".")[2]
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ImportFrom)
        }
        assert not imported & (panels.keys() - {name}), f"{shown(path)} imports another panel"
