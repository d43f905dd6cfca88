"""Trains every template as it opens, at full size and through the command line, and compares with its stated figure.

python scripts/check_templates.py              all of them; renews docs/templates.md where none was left out
python scripts/check_templates.py xor iris     only those named

A template whose data is not on this machine (GRADLOOM_DATA names the folder) is left out, and the table says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from engine.design import templates
from engine.design.templates import Reaches, TemplateInfo

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "templates.md"
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
LIMIT = 1_800
"""Seconds after which a run counts as failed."""


class Result(NamedTuple):
    """What came of one template. `held` is None where it was left out."""

    info: TemplateInfo
    held: bool | None
    reached: str
    seconds: float


def main() -> int:
    """Check the templates named on the command line, or all; return 1 where one misses its figure."""
    wanted = sys.argv[1:]
    results = []
    for info in templates.names():
        if not wanted or info.name in wanted:
            result = check(info)
            results.append(result)
            mark = {True: "ok", False: "MISSED", None: "left out"}[result.held]
            print(f"{info.name:24} {mark:9} {result.reached}  ({result.seconds:.1f} s)", flush=True)
    if not wanted and all(result.held is not None for result in results):
        PAGE.write_text(page(results), encoding="utf-8")
    return 0 if all(result.held is not False for result in results) else 1


def check(info: TemplateInfo) -> Result:
    """Train one template and compare."""
    folder = os.environ.get("GRADLOOM_DATA", "")
    if info.data and not (folder and (Path(folder) / info.data).exists()):
        return Result(info, None, f"needs {info.data} in GRADLOOM_DATA", 0.0)
    begun = time.perf_counter()
    command = [sys.executable, str(ROOT / "main.py"), "train", info.name, "--json"]
    run = subprocess.run(
        command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    seconds = time.perf_counter() - begun
    if info.reaches.breaks_at_step is not None:
        said = run.stderr.strip().splitlines()[-1:] or ["no error"]
        held = run.returncode == 1 and f"step {info.reaches.breaks_at_step})" in said[0]
        return Result(
            info, held, f"breaks off at step {info.reaches.breaks_at_step}" if held else said[0], seconds
        )
    if run.returncode:
        return Result(info, False, (run.stderr.strip().splitlines() or ["failed"])[-1], seconds)
    figures = json.loads(run.stdout.strip().splitlines()[-1])
    value = figures.get(info.reaches.metric, "nothing of that name")
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return Result(info, info.reaches.holds(figures), f"{info.reaches.metric} {text}", seconds)


def stated(reaches: Reaches) -> str:
    """Return what is asked of a template, in words."""
    if reaches.breaks_at_step is not None:
        return f"breaks off at step {reaches.breaks_at_step}"
    parts = [f"≥ {reaches.at_least:g}"] if reaches.at_least is not None else []
    parts += [f"≤ {reaches.at_most:g}"] if reaches.at_most is not None else []
    return f"{reaches.metric} {' and '.join(parts)}"


def page(results: list[Result]) -> str:
    """Return the table as a page of the documentation."""
    lines = [
        "# The templates and what they reach",
        "",
        "Each template trains as it opens. `make templates-check` trains all of them at full size on one core and",
        "writes this page; the seconds are those of the whole command, on the machine that wrote it.",
        "",
        "| template | group | asked | reached | seconds | needs |",
        "|---|---|---|---|---:|---|",
    ]
    for info, held, reached, seconds in results:
        mark = "" if held else " (missed)"
        needs = f"`{info.data}`" if info.data else ""
        lines.append(
            f"| {info.title} (`{info.name}`) | {info.group} | {stated(info.reaches)} | {reached}{mark} "
            f"| {seconds:.1f} | {needs} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
