"""Weights from a trained design."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from engine.core.errors import FileFormatError
from engine.export.importer import Array, Importer
from engine.training.archive import load_archive


class GradloomImporter(Importer, frozen=True):
    """The trained weights of a design's file, "dense_1/kernel"."""

    NAME: ClassVar[str] = "gradloom"
    TITLE: ClassVar[str] = "Gradloom designs"

    def read(self, path: Path) -> Mapping[str, Array]:
        weights = load_archive(path).weights
        if not weights:
            raise FileFormatError(
                f"{path.name} holds a design that was not trained: there are no weights in it."
            )
        return weights
