"""Exporters and importers, one format each; a class found here is in the menu, and its suffix is known everywhere."""

from __future__ import annotations

from engine.export.base import Exporter, Trained, export, exporters
from engine.export.importer import Importer, importers, read_weights
from engine.export.matching import Match, match_weights, matched_arrays

__all__ = [
    "Exporter",
    "Importer",
    "Match",
    "Trained",
    "export",
    "exporters",
    "importers",
    "match_weights",
    "matched_arrays",
    "read_weights",
]
