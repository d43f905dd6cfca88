"""What the distribution holds, what it declares, and that its lock is complete and names no place."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, pyproject

DISTRIBUTED = ("engine", "designer", "resources")
BUILD = "from setuptools import build_meta; import sys; print(build_meta.build_wheel(sys.argv[1]))"


def _files(folder: str) -> set[str]:
    paths = (ROOT / folder).rglob("*")
    return {p.relative_to(ROOT).as_posix() for p in paths if p.is_file() and "__pycache__" not in p.parts}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from a copy of the project."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md", "LICENSE", "main.py"):
        shutil.copy(ROOT / name, copy / name)
    for name in (*DISTRIBUTED, "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-c", BUILD, str(copy)]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(copy / result.stdout.splitlines()[-1]) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_the_program_and_its_files_and_nothing_else(wheel_names: set[str]) -> None:
    if not all((ROOT / name).is_dir() for name in DISTRIBUTED):
        pytest.skip("engine/, designer/ and resources/ are not all there yet")
    expected = {"main.py"}.union(*(_files(name) for name in DISTRIBUTED))
    inside = {name for name in wheel_names if ".dist-info/" not in name}
    assert inside == expected


def test_resources_are_found_from_anywhere(tmp_path: Path) -> None:
    code = "from importlib.resources import files; print([p.name for p in files('resources').iterdir()])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr


def _canonical(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match.group()).lower()


def _locked() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_everything_declared_is_locked() -> None:
    project = pyproject()["project"]
    declared = list(project["dependencies"])
    for extra in ("export", "test", "dev"):
        declared += project["optional-dependencies"][extra]
    names = {_canonical(line) for line in declared} - {"gradloom"}
    assert names <= {_canonical(line) for line in _locked()}, "run `make lock`"


def test_the_lock_pins_exact_versions_and_names_no_place() -> None:
    pin = re.compile(r'[a-z0-9-]+==[0-9][\w.]*( ; python_version == "3\.1[123]")?$')
    assert [line for line in _locked() if not pin.match(line)] == []


def test_the_build_and_the_tests_name_no_index() -> None:
    for name in ("pyproject.toml", "Makefile", "scripts/install.sh", ".ci/run", "constraints.txt"):
        text = Path(ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"index-url|find-links|trusted-host|file://", text), name
