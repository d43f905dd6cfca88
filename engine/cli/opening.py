"""What commands are given: a file, a template's name, a data source."""

from __future__ import annotations

from pathlib import Path

from engine.core.errors import DataError, GradloomError
from engine.data import DataSet, DataSettings, load
from engine.design.templates import load as load_template
from engine.design.templates import names as template_names
from engine.training.archive import Archive, load_archive


def open_design(file_or_template: str) -> tuple[Archive, Path]:
    """Return what a file or template holds, and the folder where its relative paths start."""
    place = Path(file_or_template)
    if place.exists():
        return load_archive(place), place.resolve().parent
    known = [template.name for template in template_names()]
    if file_or_template in known:
        return Archive(load_template(file_or_template)), Path.cwd()
    raise GradloomError(
        f"There is no file {file_or_template!r}, and no template of that name. Templates: {', '.join(known)}."
    )


def data_settings(archive: Archive, source: str | None) -> DataSettings:
    """Return the design's data reference, with another source where one is named. Raises DataError without any."""
    settings = archive.design.data
    if source is not None:
        same = settings is not None and settings.source == source
        return settings if same and settings is not None else DataSettings(source=source)
    if settings is None:
        raise DataError(f"The design {archive.design.name!r} names no data. Say which with --data SOURCE.")
    return settings


def open_data(settings: DataSettings, folder: Path, *, quiet: bool) -> DataSet:
    """Load a data set, downloading a named one if it has to be, with a progress bar on a terminal."""
    from engine.cli.progress import progress_bar

    with progress_bar(f"Reading {settings.source}", quiet=quiet) as advance:
        return load(settings, folder=folder, on_progress=advance, allow_download=True)
