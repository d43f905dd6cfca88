"""What commands are given: a file, a template's name, a data source, a place to write to."""

from __future__ import annotations

import os
from pathlib import Path

from engine.core.errors import DataError, FileAccessError, GradloomError
from engine.data import DataSet, DataSettings, load
from engine.data.references import is_there
from engine.data.source import named_source
from engine.design.templates import names as template_names
from engine.training.archive import Archive, load_archive, load_template


def open_design(file_or_template: str) -> tuple[Archive, Path]:
    """Return what a file or template holds, and the folder where its relative paths start."""
    place = Path(file_or_template)
    if is_there(place):
        return load_archive(place.absolute()), place.resolve().parent
    known = [template.name for template in template_names()]
    if file_or_template in known:
        return load_template(file_or_template), Path.cwd()
    raise GradloomError(
        f"There is no file {file_or_template!r}, and no template of that name. Templates: {', '.join(known)}."
    )


def data_settings(archive: Archive, source: str | None) -> DataSettings:
    """Return the design's data reference, with another source where one is named. Raises DataError without any.

    How samples are scaled and split stays as the design says; what belongs to its own source (columns, options) goes.
    A path that is given on the command line starts at the current folder, not at the design's.
    """
    settings = archive.design.data
    if source is not None:
        own = settings is not None and settings.source == source
        if named_source(source) is None and is_there(Path(source)):
            source = str(Path(source).absolute())
        if settings is None:
            return DataSettings(source=source)
        if own:
            return settings.replace(source=source)
        return settings.replace(source=source, options={}, features=(), target=(), task="auto", limit=None)
    if settings is None:
        raise DataError(f"The design {archive.design.name!r} names no data. Say which with --data SOURCE.")
    return settings


def open_data(settings: DataSettings, folder: Path, *, quiet: bool) -> DataSet:
    """Load a data set, downloading a named one if it has to be, with a progress bar on a terminal."""
    from engine.cli.progress import progress_bar

    with progress_bar(f"Reading {settings.source}", quiet=quiet) as advance:
        return load(settings, folder=folder, on_progress=advance, allow_download=True)


def check_writable(out: Path, suffix: str = "") -> None:
    """Raise an error now where `out` can't be written later, when hours of training would be lost with it."""
    if suffix and out.suffix.lower() != suffix:
        raise GradloomError(f"{out.name}: write this to a file that ends in {suffix}.")
    folder = out.resolve().parent
    if out.is_dir():
        raise FileAccessError(f"Can't write {out}: there is a folder of that name. Choose another name.")
    if not folder.is_dir():
        raise FileAccessError(f"Can't write {out}: there is no folder {folder}. Make it first.")
    if not os.access(folder, os.W_OK):
        raise FileAccessError(f"Can't write {out}: permission is denied in {folder}.")
