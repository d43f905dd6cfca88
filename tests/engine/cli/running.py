"""What the tests of the command line share: a command's outcome, and a small design to train."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import engine
from engine.data import DataSettings

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, str(ROOT / "main.py")]


class Outcome(NamedTuple):
    """What a command left: its status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line, parse_constant=_refuse) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line on stderr of a command that failed."""
        assert self.err.count("\n") == 1, f"one line is promised: {self.err!r}"
        assert self.err.startswith("gradloom: ")
        assert "Traceback" not in self.err
        return self.err.removeprefix("gradloom: ").strip()


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


Run = Callable[..., Outcome]


def flowers(**training: object) -> engine.Design:
    """A small design on the iris data, which trains in a fraction of a second."""
    design = engine.Design("flowers")
    h = design.add("Dense", design.add("Input", shape=(4,)), units=6, activation="relu")
    h = design.add("Dropout", h, rate=0.1)
    design.add("Output", design.add("Dense", h, units=3, activation="softmax"))
    design.training = engine.TrainingSettings(**{"epochs": 3, "batch_size": 16, **training})
    design.data = DataSettings(source="iris", scaling="standardize", test_fraction=0.2)
    return design
