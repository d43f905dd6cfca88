"""The losses, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.losses.base import Loss, losses

__all__ = ["Loss", "losses"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else losses.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.losses' has no {name!r}")
