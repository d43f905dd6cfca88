"""The optimizers, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.optimizers.base import Optimizer, optimizers

__all__ = ["Optimizer", "optimizers"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else optimizers.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.optimizers' has no {name!r}")
