"""The designs that come with the program: each trains as it opens, and two fail on purpose to show why.

They are bare design documents in resources/templates; index.json there lists them in the order of the gallery.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.core.errors import FileFormatError
from engine.design.design import Design
from engine.design.document_json import read_document

INDEX = "index.json"
WEIGHTS_SUFFIX = ".safetensors"
"""A file of a template's name and this suffix holds the weights that it begins with."""


GROUPS = (
    "Start here",
    "Images",
    "Sequences",
    "Attention",
    "Generative",
    "Transfer",
    "Theory",
    "Why it fails",
    "Textbook",
)
"""The headings of the gallery, in their order."""


class Reaches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figure of a template as a machine checks it, under the names that `gradloom train --json` ends with.

    A template that fails on purpose gives the step at which its run breaks off instead.
    """

    metric: str = ""
    at_least: float | None = None
    at_most: float | None = None
    breaks_at_step: int | None = None

    def holds(self, figures: Mapping[str, object]) -> bool:
        """Return whether the last figures of a run keep what is stated."""
        value = figures.get(self.metric)
        if not isinstance(value, int | float):
            return False
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


class TemplateInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a gallery shows of a template.

    `description` is one or two sentences, `figure` the number that a run reaches as the template opens, `group` the
    heading that it stands under. `reaches` is the figure as `make templates-check` checks it, `data` names the folder
    under GRADLOOM_DATA without which it can't be trained ("" for none).
    """

    name: str
    title: str
    description: str
    figure: str
    group: str
    reaches: Reaches
    data: str = ""


def templates_folder() -> Path:
    """Return the folder of the templates."""
    return Path(__file__).resolve().parents[2] / "resources" / "templates"


@functools.cache
def names() -> tuple[TemplateInfo, ...]:
    """Return every template, in the gallery's order. Raises FileFormatError for a damaged installation."""
    path = templates_folder() / INDEX
    try:
        return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), tuple[TemplateInfo, ...])
    except (OSError, ValueError) as error:
        raise FileFormatError(
            f"The list of templates ({path.name}) can't be read: {error}. Install again."
        ) from None


def info(name: str) -> TemplateInfo:
    """Return what is known of a template. Raises FileFormatError where there is none of that name."""
    for entry in names():
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in names())
    raise FileFormatError(f"There is no template called {name!r}. Known: {known}.")


def is_template(name: str) -> bool:
    """Return whether `name` is that of a template."""
    return any(entry.name == name for entry in names())


def load(name: str) -> Design:
    """Return a fresh design from the template called `name`. Raises FileFormatError where there is none."""
    path = templates_folder() / f"{info(name).name}.json"
    try:
        return read_document(path.read_bytes())
    except OSError as error:
        raise FileFormatError(
            f"The template {name} can't be read: {error.strerror}. Install again."
        ) from None
