"""Data: named sets, generators and files become DataSets of arrays, split and scaled the same way every time.

    data = load(DataSettings(source="moons", options={"samples": 500}))
    data.train.x, data.train.y, data.input_shape, data.output_units

Nothing here knows of networks or of the screen.
"""

from __future__ import annotations

from engine.data.batching import batch_count, batch_indices, batches
from engine.data.dataset import DataSet, Split, one_hot
from engine.data.files import FormatInfo, file_formats
from engine.data.loading import load, load_samples
from engine.data.preprocessing import ColumnEncoding, Preprocessing
from engine.data.previewing import Preview, PreviewColumn, preview
from engine.data.settings import DataSettings
from engine.data.source import OptionField, SourceInfo, sources

__all__ = [
    "ColumnEncoding",
    "DataSet",
    "DataSettings",
    "FormatInfo",
    "OptionField",
    "Preprocessing",
    "Preview",
    "PreviewColumn",
    "SourceInfo",
    "Split",
    "batch_count",
    "batch_indices",
    "batches",
    "file_formats",
    "load",
    "load_samples",
    "one_hot",
    "preview",
    "sources",
]
