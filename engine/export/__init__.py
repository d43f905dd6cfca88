"""Exporters, one format each; a class found here is in the menu and known to `gradloom export` by its suffix."""

from __future__ import annotations

from engine.export.base import Exporter, Trained, export, exporters

__all__ = ["Exporter", "Trained", "export", "exporters"]
