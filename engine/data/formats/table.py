"""A table of text as read from a CSV file: named columns of cells, with the line each row stands on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from engine.core.errors import DataError
from engine.data.formats.sniffing import NAMES, sniff_decimal, sniff_delimiter, sniff_header
from engine.data.formats.text import read_text

MAX_COLUMNS = 10_000
MAX_CELLS = 25_000_000


class CsvOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a text table is to be read, where its first lines don't tell."""

    delimiter: Annotated[
        str,
        Meta(description="Character between fields, or comma, semicolon, tab, pipe, space; auto finds out."),
    ] = "auto"
    header: Annotated[
        Literal["auto", "yes", "no"],
        Meta(description="Whether the first row names the columns; auto finds out."),
    ] = "auto"
    encoding: Annotated[str, Meta(description="Text encoding such as utf-8; auto finds out.")] = "auto"
    decimal: Annotated[
        Literal["auto", ".", ","], Meta(description="Decimal point or comma; auto finds out.")
    ] = "auto"


@dataclass(frozen=True)
class Table:
    """Columns of text. `lines[i]` is the line of the file on which row i begins to be read (1 is the first)."""

    name: str
    header: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str
    decimal: str
    encoding: str
    has_header: bool
    unnamed: frozenset[str] = frozenset()
    report: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> tuple[str, ...]:
        """The cells of a column."""
        return self.columns[self.header.index(name)]


def read_table(
    path: Path, options: CsvOptions, *, limit_bytes: int | None = None, tolerant: bool = False
) -> Table:
    """Read a text table; only its first `limit_bytes` where given.

    Raises DataError naming file, line and what was found. `tolerant` leaves rows of another width out instead,
    and lists them under `problems` (for a preview).
    """
    text, encoding = read_text(path, options.encoding, limit_bytes)
    text, stated = _without_separator_line(text)
    delimiter = stated or _delimiter(options.delimiter, text)
    rows, lines, problems = _read_rows(text, delimiter, path.name, tolerant, first_line=2 if stated else 1)
    if not rows:
        raise DataError(f"{path.name} has no rows: the file is blank. Choose one with data.")
    decimal = options.decimal if options.decimal != "auto" else sniff_decimal(rows[:200], delimiter)
    has_header = sniff_header(rows, decimal) if options.header == "auto" else options.header == "yes"
    report: list[str] = []
    if encoding == "windows-1252":
        report.append("The text is not UTF-8; it was read as Windows-1252.")
    header, unnamed = _header(rows[0], has_header, report)
    if has_header:
        del rows[0], lines[0]
    if not rows:
        raise DataError(f"{path.name} has a header and no rows below it. Choose a file with data.")
    return Table(
        name=path.name,
        header=header,
        columns=tuple(zip(*rows, strict=True)),
        lines=tuple(lines),
        delimiter=delimiter,
        decimal=decimal,
        encoding=encoding,
        has_header=has_header,
        unnamed=unnamed,
        report=tuple(report),
        problems=tuple(problems),
    )


def _without_separator_line(text: str) -> tuple[str, str]:
    """Spreadsheets may begin a file with 'sep=;', which is no row."""
    first, newline, rest = text.partition("\n")
    stated = first.strip().lower()
    if newline and stated.startswith("sep=") and len(stated) == 5:
        return rest, stated[4]
    return text, ""


def _delimiter(option: str, text: str) -> str:
    if option == "auto":
        return sniff_delimiter(text)
    delimiter = NAMES.get(option, "\t" if option == "\\t" else option)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        named = ", ".join(NAMES)
        raise DataError(f"The delimiter of a table is one character or one of {named}, not {option!r}.")
    return delimiter


def _read_rows(
    text: str, delimiter: str, name: str, tolerant: bool, first_line: int
) -> tuple[list[list[str]], list[int], list[str]]:
    # newline="" keeps line breaks inside quotes as they are.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter == " ")
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[str] = []
    width = 0
    while True:
        line = reader.line_num + first_line
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{name}, line {line}: {error}. Check the quotes there, or whether this is a text table at all."
            ) from None
        if row is None:
            return rows, lines, problems
        if delimiter == " " and row and row[-1] == "":
            row.pop()
        if not row or (len(row) == 1 and not row[0].strip() and width != 1):
            continue
        width = width or _checked_width(row, name, line)
        if len(row) != width:
            problem = _ragged(name, line, row, width, delimiter)
            if not tolerant:
                raise DataError(problem)
            problems.append(problem)
            continue
        rows.append(row)
        lines.append(line)
        if len(rows) * width > MAX_CELLS:
            raise DataError(
                f"{name} has more than {MAX_CELLS:,} cells. Store the arrays as an NPZ file (numpy.savez)."
            )


def _checked_width(row: list[str], name: str, line: int) -> int:
    if len(row) > MAX_COLUMNS:
        raise DataError(
            f"{name}, line {line}: the row has {len(row):,} columns; a table may have {MAX_COLUMNS:,}. "
            "Check the delimiter, turn rows and columns round, or store the arrays as an NPZ file."
        )
    return len(row)


def _ragged(name: str, line: int, row: list[str], width: int, delimiter: str) -> str:
    shown = {"\t": "tab", " ": "space"}.get(delimiter, delimiter)
    fields = f"{len(row)} field{'s' if len(row) != 1 else ''}"
    begins = row[0][:30] if row else ""
    return (
        f"{name}, line {line}: the row that begins with {begins!r} has {fields}, but the rows before it have {width} "
        f"(delimiter '{shown}'). Correct the row, or quote texts that contain the delimiter."
    )


def _header(first: list[str], has_header: bool, report: list[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Unique column names, and which of them the file does not name itself."""
    names: list[str] = []
    taken: set[str] = set()
    unnamed: set[str] = set()
    for index, cell in enumerate(first):
        given = cell.strip() if has_header else ""
        name = given or f"column_{index + 1}"
        count = 1
        while name in taken:
            count += 1
            name = f"{given or 'column'}_{count}"
        if given and name != given:
            report.append(f"Two columns are named {given!r}; the later one is called {name!r} here.")
        if has_header and not given:
            unnamed.add(name)
        names.append(name)
        taken.add(name)
    return tuple(names), frozenset(unnamed)
