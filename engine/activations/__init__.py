"""The activations, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.activations.base import Activation, activations

__all__ = ["Activation", "activations"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else activations.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.activations' has no {name!r}")
