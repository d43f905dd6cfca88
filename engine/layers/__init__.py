"""The layer types, one file each. A class found here is in the palette, the file format, the help and the tests."""

from __future__ import annotations

from typing import Any

from engine.layers.base import Layer, layers

__all__ = ["Layer", "layers"]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in layers.classes:
        raise AttributeError(f"module 'engine.layers' has no layer type {name!r}")
    return layers.classes[name]
