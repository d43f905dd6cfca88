"""gradloom widths: a line for each number of units, and words for bad numbers."""

from __future__ import annotations

import json

import pytest

from engine.cli import main


def test_each_width_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["widths", "approximation", "--units", "1,8", "--starts", "1", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["units"], row["parameters"]) for row in rows] == [(1, 4), (8, 25)]
    assert rows[1]["error"] < rows[0]["error"]


def test_what_is_no_width_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for bad in ("one", "0,2", ""):
        assert main(["widths", "approximation", "--units", bad]) == 1
        assert "--units" in capsys.readouterr().err
    assert main(["widths", "linear-stack", "--units", "2"]) == 1
    assert "no hidden Dense layer" in capsys.readouterr().err
