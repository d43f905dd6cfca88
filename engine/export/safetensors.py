"""Weights as .safetensors, which PyTorch, JAX and Hugging Face read."""

from __future__ import annotations

import json
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
        write_atomically(path, _in_order(save(tensors, metadata)))


def _in_order(content: bytes) -> bytes:
    """Return the file with its metadata in order of name: the library writes it in another order each time.

    A file is the header's length (8 bytes), the header (JSON, filled up with spaces), and the numbers.
    """
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[start:]
