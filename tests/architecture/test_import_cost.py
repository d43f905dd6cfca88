"""What importing a part of the program loads, seen in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.architecture.sources import ROOT, package_exists

QT = ["PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy"]
ENGINE_BUDGET_MS = 150.0
"""What `import engine` may cost beyond `import numpy`."""

BLOCK = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r} (kept out by the test)", name=name)
sys.meta_path.insert(0, Absent())
"""
WALK = """
import importlib, pkgutil
def walk(name):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


def run(code: str) -> Any:
    """Run `code` in a fresh interpreter and return the JSON that it prints last."""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    return json.loads(lines[-1]) if lines else None


def loaded_by(statement: str, suspects: list[str]) -> list[str]:
    """Which of `suspects` are loaded after `statement`."""
    report = f"import json, sys; print(json.dumps([n for n in {suspects!r} if n in sys.modules]))"
    found: list[str] = run(f"{statement}\n{report}")
    return found


def needs(*names: str) -> None:
    for name in names:
        if not package_exists(name):
            pytest.skip(f"{name} is not there yet")


def test_the_whole_engine_imports_without_qt() -> None:
    needs("engine")
    run(f"BLOCKED = {QT!r}\n{BLOCK}\n{WALK}\nwalk('engine')")


def test_import_engine_leaves_costly_packages_alone() -> None:
    needs("engine")
    costly = [*QT, "typer", "rich", "onnx", "h5py", "safetensors", "torch", "multiprocessing.shared_memory"]
    assert loaded_by("import engine", costly) == []


def test_import_engine_is_quick() -> None:
    needs("engine")
    code = """
import json, time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
import engine
end = time.perf_counter()
print(json.dumps([1e3 * (middle - start), 1e3 * (end - middle)]))
"""
    # The best of several: a busy machine only ever adds.
    numpy_ms, engine_ms = min((run(code) for _ in range(5)), key=lambda pair: pair[1])
    budget = max(ENGINE_BUDGET_MS, numpy_ms)
    assert engine_ms <= budget, f"import engine took {engine_ms:.0f} ms beyond numpy's {numpy_ms:.0f} ms"


def test_the_worker_loads_neither_qt_nor_the_command_line() -> None:
    needs("engine", "engine.worker")
    assert loaded_by(f"{WALK}\nwalk('engine.worker')", [*QT, "typer", "rich", "click", "designer"]) == []


def test_main_is_light_because_a_spawned_process_imports_it_again() -> None:
    needs("main")
    assert loaded_by("import main", [*QT, "numpy", "engine", "designer", "typer"]) == []


def test_the_window_does_not_wait_for_pyqtgraph() -> None:
    needs("main", "designer.app")
    assert loaded_by("import designer.app", ["pyqtgraph", "typer", "rich", "onnx", "h5py"]) == []
