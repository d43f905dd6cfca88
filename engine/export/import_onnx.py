"""Weights from the initializers of an .onnx model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from engine.core.errors import FileFormatError
from engine.export.importer import Array, Importer


class OnnxImporter(Importer, frozen=True):
    """The initializers of an ONNX model's graph, by name, in its order; the graph itself is not read.

    Tensors kept in files of their own (external data) are refused.
    """

    NAME: ClassVar[str] = "onnx"
    TITLE: ClassVar[str] = "ONNX models"

    def read(self, path: Path) -> Mapping[str, Array]:
        try:
            import onnx
            from onnx import numpy_helper
        except ImportError:
            raise FileFormatError(
                "Reading .onnx needs the package onnx: pip install 'gradloom[export]'."
            ) from None
        model = onnx.load(str(path), load_external_data=False)
        found = {}
        for tensor in model.graph.initializer:
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                raise FileFormatError(
                    f"{path.name} keeps {tensor.name!r} in another file. Save the model in one file."
                )
            if tensor.data_type in (
                onnx.TensorProto.FLOAT,
                onnx.TensorProto.DOUBLE,
                onnx.TensorProto.FLOAT16,
            ):
                found[tensor.name] = numpy_helper.to_array(tensor)
        return found
