"""What the documentation names is there: files, pictures, packages, templates and commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.design.templates import names
from main import COMMANDS
from tests.conftest import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LARGEST_PICTURE = 400_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not gone


def test_pictures_are_small_enough_to_be_loaded_by_a_reader() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    large = {p.name: p.stat().st_size for p in pictures if p.stat().st_size > LARGEST_PICTURE}
    assert pictures
    assert not large


def test_the_diagram_names_packages_that_there_are() -> None:
    text = (ROOT / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
    named = set(re.findall(r"\b((?:designer|engine)\.[a-z_]+)", text))
    assert {"designer.app", "engine.core"} <= named
    gone = [name for name in named if not list(ROOT.glob(f"{name.replace('.', '/')}*"))]
    assert not gone


def test_the_readme_uses_commands_and_templates_that_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    used = re.findall(r"^gradloom ([a-z]+) ?([\w.-]*)", text, re.MULTILINE)
    assert {command for command, _ in used} == COMMANDS
    known = {template.name for template in names()} | {"digits.gradloom", "reverse.gradloom", ""}
    assert {argument for _, argument in used} <= known
