"""The regularizers, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.regularizers.base import Regularizer, regularizers

__all__ = ["Regularizer", "regularizers"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else regularizers.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.regularizers' has no {name!r}")
