"""main.py hands every command line to the right place, and to it alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import main
from tests.architecture.sources import ROOT, package_exists


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What was called with what, with the application and the commands replaced."""
    seen: list[tuple[str, object]] = []
    window, commands = ModuleType("designer.app"), ModuleType("engine.cli")

    def run(path: str | None) -> int:
        seen.append(("window", path))
        return 0

    def run_command(arguments: Sequence[str], screenshot: Callable[..., int]) -> int:
        assert screenshot is main.screenshot
        seen.append(("command", list(arguments)))
        return 2

    def render(file: str, out: str, **options: object) -> int:
        seen.append((file, (out, options)))
        return 0

    window.run = run  # type: ignore[attr-defined]
    window.screenshot = render  # type: ignore[attr-defined]
    commands.main = run_command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "designer.app", window)
    monkeypatch.setitem(sys.modules, "engine.cli", commands)
    return seen


@pytest.mark.parametrize("argument", [None, "digits.gradloom", "design.json", "missing.gradloom"])
def test_nothing_or_a_file_opens_the_window(calls: list[tuple[str, object]], argument: str | None) -> None:
    assert main.main([argument] if argument else []) == 0
    assert calls == [("window", argument)]


def test_a_file_without_a_suffix_opens_the_window(calls: list[tuple[str, object]], tmp_path: Path) -> None:
    design = tmp_path / "design"
    design.touch()
    main.main([str(design)])
    assert calls == [("window", str(design))]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["templates"], ["train", "digits"], ["trian"], ["a.json", "b.json"]],
)
def test_everything_else_goes_to_the_commands(calls: list[tuple[str, object]], arguments: list[str]) -> None:
    assert main.main(arguments) == 2
    assert calls == [("command", arguments)]


def test_a_screenshot_is_rendered_by_the_application(calls: list[tuple[str, object]]) -> None:
    assert main.screenshot("digits", "window.png", epochs=3) == 0
    assert calls == [("digits", ("window.png", {"epochs": 3, "theme": "dark", "size": "1280x800"}))]


def test_help_lists_every_command() -> None:
    if not package_exists("engine.cli"):
        pytest.skip("engine.cli is not there yet")
    command = [sys.executable, "main.py", "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert [name for name in sorted(main.COMMANDS) if name not in result.stdout] == []
