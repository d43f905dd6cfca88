"""Weights from .safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from engine.export.importer import Array, Importer
from engine.training.arrays import unpack_arrays


class SafetensorsImporter(Importer, frozen=True):
    """Every tensor of the file, by its name, in the order in which the numbers lie in it."""

    NAME: ClassVar[str] = "safetensors"
    TITLE: ClassVar[str] = "Safetensors weights"

    def read(self, path: Path) -> Mapping[str, Array]:
        content = path.read_bytes()
        arrays = unpack_arrays(content, "The tensors")
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        order = sorted(arrays, key=lambda name: header[name]["data_offsets"][0])
        return {name: arrays[name] for name in order}
