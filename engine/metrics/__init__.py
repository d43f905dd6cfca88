"""The metrics, one file each; a class found here is known to files, forms, help and tests by its name."""

from __future__ import annotations

from typing import Any

from engine.metrics.base import Metric, metrics

__all__ = ["Metric", "metrics"]


def __getattr__(name: str) -> Any:
    for cls in () if name.startswith("_") else metrics.classes.values():
        if cls.__name__ == name:
            return cls
    raise AttributeError(f"module 'engine.metrics' has no {name!r}")
