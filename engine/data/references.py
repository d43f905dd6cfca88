"""Where a design's data lies, seen from the folder that the design's file is in."""

from __future__ import annotations

from pathlib import Path

from engine.data.settings import DataSettings
from engine.data.source import named_source


def moved_data(settings: DataSettings, folder: Path, target: Path) -> DataSettings:
    """Return the data reference of a design from `folder` as it must stand in a file in the folder `target`.

    A file below the new folder is named relative to it, so that both can be moved together; any other by its full path.
    """
    if named_source(settings.source) is not None:
        return settings
    place = next((p for p in (folder / settings.source, Path(settings.source)) if is_there(p)), None)
    if place is None:
        return settings
    place, target = place.resolve(), target.resolve()
    inside = place.is_relative_to(target)
    return settings.replace(source=place.relative_to(target).as_posix() if inside else str(place))


def is_there(place: Path) -> bool:
    """Return whether there is a file or folder of this name; a name that no file can have has none."""
    try:
        return place.exists()
    except (OSError, ValueError):
        return False
