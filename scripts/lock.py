"""Renew constraints.txt: the exact version of everything that a fresh install brings, for each supported Python.

pip resolves what pyproject.toml declares (the program, and the extras in EXTRAS) once per Python version, without
installing anything. Where the versions agree, one line serves all; elsewhere an environment marker tells them apart.
Torch, which only the benchmarks use, is pinned in pyproject.toml itself.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
EXTRAS = ("export", "test", "dev")
HEADER = """\
# The exact version of everything that is installed, for Python 3.11 to 3.13.
# Written by `make lock`; change pyproject.toml instead of this file.
"""


def declared() -> list[str]:
    """Return the requirements of the program, of its build and of EXTRAS."""
    declaration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = declaration["project"]
    requirements = [*declaration["build-system"]["requires"], *project["dependencies"]]
    for extra in EXTRAS:
        requirements += project["optional-dependencies"][extra]
    return [line for line in requirements if not line.startswith(project["name"])]


def resolve(python: str, requirements: list[str]) -> dict[str, str]:
    """Return {name: version} of everything that pip would install on that Python."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ]
        command += ["--dry-run", "--ignore-installed", "--only-binary=:all:", "--python-version", python]
        command += ["--target", folder, "--report", str(report), *requirements]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {canonical(entry["metadata"]["name"]): entry["metadata"]["version"] for entry in installs}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines_for(name: str, versions: dict[str, str]) -> list[str]:
    """Return the lines that pin `name`, given its version on each Python that needs it."""
    if set(versions) == set(PYTHONS) and len(set(versions.values())) == 1:
        return [f"{name}=={versions[PYTHONS[0]]}"]
    return [f'{name}=={version} ; python_version == "{python}"' for python, version in versions.items()]


def main() -> int:
    requirements = declared()
    found: dict[str, dict[str, str]] = {}
    for python in PYTHONS:
        print(f"Resolving for Python {python} ...", flush=True)
        for name, version in resolve(python, requirements).items():
            # "+cpu" and the like are builds of one index; the version is the same.
            found.setdefault(name, {})[python] = version.partition("+")[0]
    lines = [line for name in sorted(found) for line in lines_for(name, found[name])]
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(found)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
