"""The initializers, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.initializers.base import Initializer, initializers

__all__ = ["Initializer", "initializers"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else initializers.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.initializers' has no {name!r}")
