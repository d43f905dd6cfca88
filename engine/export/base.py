"""What an exporter is: a rule that writes a trained network in one format, found by the file's suffix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from numpy.typing import NDArray

from engine.core.errors import ExportError
from engine.core.fields import Component
from engine.core.registry import Family
from engine.design.design import Design
from engine.design.flatten import flatten

Array = NDArray[Any]


class Trained(NamedTuple):
    """A design and its weights: "dense_1/kernel" -> array, parameters and statistics, in the order of the network."""

    design: Design
    weights: Mapping[str, Array]


class Exporter(Component, frozen=True):
    """Base of every exporter. NAME is the suffix without its dot; the docstring says what the file holds."""

    TITLE: ClassVar[str] = ""
    """What a file dialog calls the format."""

    def write(self, trained: Trained, path: Path) -> None:
        """Write the file, wholly or not at all. Raises ExportError or FileAccessError."""
        raise TypeError(f"{type(self).__name__} can't write.")


exporters: Family[Exporter] = Family("exporter", "engine.export", Exporter)


def export(design: Design, weights: Mapping[str, Array], path: str | Path) -> None:
    """Write a trained network to `path` in the format that its suffix names.

    Raises ExportError for an unknown suffix, or where there are no weights to write.
    """
    place = Path(path)
    suffix = place.suffix.lower().removeprefix(".")
    if suffix not in exporters.classes:
        known = ", ".join(f".{name}" for name in exporters.names())
        raise ExportError(
            f"{place.name}: the suffix {place.suffix or '(none)'} names no format. Known: {known}."
        )
    if not weights:
        raise ExportError(f"{design.name} has no weights to export: it has no layer with parameters.")
    exporters[suffix]().write(Trained(flatten(design).design, weights), place)
