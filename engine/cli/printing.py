"""What commands print: one JSON object a line, which never holds what JSON can't."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import typer


def print_json(row: Mapping[str, object]) -> None:
    """Print one object on a line of its own; a number that is not finite becomes null."""
    typer.echo(json.dumps(finite(row), ensure_ascii=False, allow_nan=False))


def finite(value: Any) -> Any:
    """Return a copy of plain data with None for each NaN and each infinity, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
