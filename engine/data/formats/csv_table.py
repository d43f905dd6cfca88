"""CSV and other text tables, read as samples."""

from __future__ import annotations

from pathlib import Path

from engine.data.formats.encoding import encode_table
from engine.data.formats.table import CsvOptions, read_table
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings
from engine.data.source import with_options


def read_csv(
    path: Path, settings: DataSettings, fitted: Preprocessing | None = None, *, need_targets: bool = True
) -> RawData:
    """Samples of a text table (delimiters , ; tab | or blanks). Raises DataError naming line and column."""
    options = with_options(CsvOptions, settings.options, f"The table {path.name}")
    return encode_table(read_table(path, options), settings, fitted, need_targets=need_targets)
