"""Editors of texts, and of values that only JSON can write."""

from __future__ import annotations

import json
from typing import Any

from designer.common.forms.number_editors import LineEditor


class TextEditor(LineEditor):
    """A line of text."""


class JsonEditor(LineEditor):
    """Any plain value, written as JSON: [[0.15, 0.25], [0.2, 0.3]]."""

    def read(self, text: str) -> Any:
        return json.loads(text, parse_constant=_refuse)

    def write(self, value: Any) -> str:
        return json.dumps(value)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number")
