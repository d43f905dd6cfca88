"""What changed between versions of the file format: one function a step, from version n to n + 1.

Each takes the records of a whole document as version n wrote them and returns them as version n + 1 does. Every version
that was ever written keeps a golden file in tests/golden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
