"""Weights as .npz, which numpy.load reads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from engine.design.files import write_atomically
from engine.export.base import Exporter, Trained


class NpzExporter(Exporter, frozen=True):
    """One array for each parameter and statistic, under its name: numpy.load(path)["dense_1/kernel"]."""

    NAME: ClassVar[str] = "npz"
    TITLE: ClassVar[str] = "NumPy weights"

    def write(self, trained: Trained, path: Path) -> None:
        content = io.BytesIO()
        arrays: dict[str, Any] = dict(trained.weights)
        np.savez(content, **arrays)
        write_atomically(path, content.getvalue())
