"""Columns of text turned into numbers: what kind a column is, its missing cells, its categories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.formats.sniffing import MISSING_TEXTS, is_missing, number
from engine.data.formats.table import Table
from engine.data.preprocessing import ColumnEncoding

Array = npt.NDArray[Any]
ColumnKind = Literal["number", "boolean", "category", "empty"]

# A column of which at least this share reads as numbers is a column of numbers with slips in it.
NUMBER_SHARE = 0.8
TRUTH_TEXTS = frozenset({"true", "false"})


@dataclass(frozen=True)
class Column:
    """One column, read. values (N,) float64, NaN where missing; of a category column, NaN throughout.

    `cells` are the texts without blanks around them; `missing` (N,) bool.
    """

    name: str
    kind: ColumnKind
    values: Array
    missing: Array
    cells: tuple[str, ...]

    @property
    def missing_count(self) -> int:
        return int(self.missing.sum())

    def distinct(self) -> Counter[str]:
        """How often each text occurs, missing cells left out."""
        return Counter(cell for cell, absent in zip(self.cells, self.missing, strict=True) if not absent)


def read_column(table: Table, name: str) -> Column:
    """Read a column and find its kind. Raises DataError for text among numbers, naming the first line."""
    cells = tuple(cell.strip() for cell in table.column(name))
    values = _all_numbers(cells, table.decimal)
    if values is not None:
        missing = ~np.isfinite(values)
        values[missing] = np.nan
        return Column(name, "empty" if missing.all() else "number", values, missing, cells)
    missing = np.fromiter((cell.lower() in MISSING_TEXTS for cell in cells), dtype=bool, count=len(cells))
    if missing.all():
        return Column(name, "empty", np.full(len(cells), np.nan), missing, cells)
    parsed = [
        None if absent else number(cell, table.decimal) for cell, absent in zip(cells, missing, strict=True)
    ]
    values = np.fromiter(
        (np.nan if value is None else value for value in parsed), dtype=np.float64, count=len(cells)
    )
    found = sum(value is not None for value in parsed)
    present = len(cells) - int(missing.sum())
    if found == present:
        missing |= ~np.isfinite(values)
        values[missing] = np.nan
        return Column(name, "empty" if missing.all() else "number", values, missing, cells)
    if found >= NUMBER_SHARE * present:
        _raise_for_text(table, name, cells, parsed, missing, found)
    texts = {cell.lower() for cell, absent in zip(cells, missing, strict=True) if not absent}
    if texts <= TRUTH_TEXTS:
        truth = np.array([float(cell.lower() == "true") for cell in cells])
        truth[missing] = np.nan
        return Column(name, "boolean", truth, missing, cells)
    return Column(name, "category", np.full(len(cells), np.nan), missing, cells)


def _all_numbers(cells: tuple[str, ...], decimal: str) -> Array | None:
    """The quick way, for columns without gaps: None where a cell is not plainly a number."""
    if decimal == ",":
        return None
    try:
        values = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))
    except ValueError:
        return None
    return None if any("_" in cell for cell in cells) else values


def _raise_for_text(
    table: Table, name: str, cells: tuple[str, ...], parsed: list[float | None], missing: Array, found: int
) -> None:
    at = next(i for i, value in enumerate(parsed) if value is None and not missing[i])
    others = len(cells) - found - int(missing.sum())
    count = "is" if others == 1 else f"and {others - 1} more are"
    raise DataError(
        f"{table.name}, line {table.lines[at]}, column {name!r}: found the text {cells[at][:40]!r}, which {count} not "
        f"a number, among {found} numbers. Correct it, leave the cell empty and set how missing values are "
        "treated, or choose "
        "the features without this column."
    )


def number_required(table: Table, column: Column, purpose: str) -> None:
    """Raise DataError, naming the first line, where the column is not one of numbers."""
    if column.kind in ("number", "boolean"):
        return
    at = next((i for i, absent in enumerate(column.missing) if not absent), 0)
    raise DataError(
        f"{table.name}, line {table.lines[at]}, column {column.name!r}: found the text {column.cells[at][:40]!r} where "
        f"{purpose} needs a number. Choose a column of numbers, or set the task to classification."
    )


def first_missing(table: Table, columns: list[Column]) -> DataError | None:
    """The error for the first missing value by line, or None where there is none."""
    some = np.zeros(table.rows, dtype=bool)
    for column in columns:
        some |= column.missing
    if not some.any():
        return None
    at = int(some.argmax())
    column = next(column for column in columns if column.missing[at])
    found = "the cell is empty" if not column.cells[at] else f"found {column.cells[at]!r}"
    rows = f"{int(some.sum())} of {table.rows} rows"
    return DataError(
        f"{table.name}, line {table.lines[at]}, column {column.name!r}: the value is missing ({found}); {rows} lack a "
        "value. Set missing values to 'drop' or 'mean', or choose the features without such columns."
    )


def categories_of(column: Column, keep: Array) -> tuple[str, ...]:
    """The different texts of the kept rows, sorted; numbers in their order and as short as they go."""
    if column.kind == "number":
        return tuple(number_name(value) for value in np.unique(column.values[keep & ~column.missing]))
    kept = keep & ~column.missing
    return tuple(sorted({cell for cell, there in zip(column.cells, kept, strict=True) if there}))


def number_name(value: float) -> str:
    """A number as the name of a class: 3 rather than 3.0."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def codes_of(table: Table, column: Column, categories: tuple[str, ...], keep: Array) -> Array:
    """Category numbers of the kept rows as float64, NaN where missing. Raises DataError for an unknown one."""
    number_of = {category: index for index, category in enumerate(categories)}
    codes = np.full(int(keep.sum()), np.nan)
    for row, at in enumerate(np.flatnonzero(keep)):
        if column.missing[at]:
            continue
        text = number_name(column.values[at]) if column.kind == "number" else column.cells[at]
        if text not in number_of:
            known = ", ".join(categories[:8]) + (", ..." if len(categories) > 8 else "")
            raise DataError(
                f"{table.name}, line {table.lines[at]}, column {column.name!r}: found {text[:40]!r}, which "
                "the network was "
                f"not trained on. Known there: {known}."
            )
        codes[row] = number_of[text]
    return codes


def encoding_of(column: Column, categories: tuple[str, ...] = ()) -> ColumnEncoding:
    """The record of how the column becomes numbers."""
    if column.kind == "boolean":
        return ColumnEncoding(name=column.name, kind="boolean", categories=("false", "true"))
    if column.kind == "number" and not categories:
        return ColumnEncoding(name=column.name, kind="number")
    return ColumnEncoding(name=column.name, kind="category", categories=categories)


__all__ = [
    "Column",
    "categories_of",
    "codes_of",
    "encoding_of",
    "first_missing",
    "is_missing",
    "number_name",
    "number_required",
    "read_column",
]
