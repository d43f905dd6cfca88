"""Weights as .safetensors, which PyTorch, JAX and Hugging Face read."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.design.files import write_atomically
from engine.export.base import Exporter, Trained


class SafetensorsExporter(Exporter, frozen=True):
    """One tensor for each parameter and statistic, under its name: "dense_1/kernel".

    Shapes are Keras': a Dense kernel is (in, out), a Conv2D kernel (height, width, in, out). The header's metadata says
    so, with the design's name.
    """

    NAME: ClassVar[str] = "safetensors"
    TITLE: ClassVar[str] = "Safetensors weights"

    def write(self, trained: Trained, path: Path) -> None:
        from safetensors.numpy import save

        # safetensors writes the memory as it lies: what is not contiguous would be written wrong, without a word.
        tensors = {name: np.array(array, order="C") for name, array in trained.weights.items()}
        metadata = {"producer": "gradloom", "design": trained.design.name, "layout": "keras, channels last"}
        write_atomically(path, save(tensors, metadata))
