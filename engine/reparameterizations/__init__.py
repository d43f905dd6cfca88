"""The reparameterizations, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.reparameterizations.base import Reparameterization, reparameterizations

__all__ = ["Reparameterization", "reparameterizations"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else reparameterizations.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.reparameterizations' has no {name!r}")
