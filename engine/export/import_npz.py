"""Weights from NumPy's .npz."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.export.importer import Array, Importer


class NpzImporter(Importer, frozen=True):
    """Every array of an archive that numpy.savez wrote, by its name. Pickled objects are refused."""

    NAME: ClassVar[str] = "npz"
    TITLE: ClassVar[str] = "NumPy arrays"

    def read(self, path: Path) -> Mapping[str, Array]:
        # Opened here: where the file is damaged numpy would leave it open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
