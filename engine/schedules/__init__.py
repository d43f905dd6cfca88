"""The schedules, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.schedules.base import Schedule, schedules

__all__ = ["Schedule", "schedules"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else schedules.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.schedules' has no {name!r}")
