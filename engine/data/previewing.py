"""A look at data before it is trained on: its columns, first rows, and what would stand in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import DataSet
from engine.data.files import resolve
from engine.data.formats.columns import Column, number_name, read_column
from engine.data.formats.encoding import encode_table
from engine.data.formats.idx import is_idx
from engine.data.formats.table import CsvOptions, Table, read_table
from engine.data.formats.text import read_bytes
from engine.data.loading import load
from engine.data.raw import ReadContext
from engine.data.settings import DataSettings
from engine.data.source import named_source, with_options
from engine.data.tokens import text_of

# So much of a large table is looked at; more would make the choice of a file slow.
PREVIEW_BYTES = 8 * 1024 * 1024
EXAMPLES = 5


@dataclass(frozen=True)
class PreviewColumn:
    """One column: kind is "number", "boolean", "category", "empty" or "mixed" (text among numbers)."""

    name: str
    kind: str
    missing: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a source looks like. `rows` are texts as they stand; `problems` are sentences for a person.

    `row_count` counts the rows looked at, all of them if `complete`. `report` tells what loading would do,
    `dataset` is there where the samples had to be made for the preview anyhow (everything but tables).
    """

    name: str
    columns: tuple[PreviewColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[str, ...]
    row_count: int
    complete: bool
    has_header: bool = False
    delimiter: str = ""
    encoding: str = ""
    targets: tuple[str, ...] = ()
    task: str = ""
    classes: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    dataset: DataSet | None = field(default=None, compare=False, repr=False)


def preview(source: str | Path | DataSettings, rows: int = 50, *, folder: Path | None = None) -> Preview:
    """Look at a data set by name, path or settings. Nothing is downloaded.

    Content that can't be trained on gives `problems` rather than an error; DataError is raised only where nothing
    can be shown (no such file, not readable as data at all).
    """
    settings = source if isinstance(source, DataSettings) else DataSettings(source=str(source))
    context = ReadContext(folder)
    if named_source(settings.source) is None:
        path = resolve(settings.source, context)
        if path.is_file() and _is_table(path):
            return _preview_table(path, settings, rows)
    return _preview_dataset(load(settings, folder=folder), rows)


def _is_table(path: Path) -> bool:
    head = read_bytes(path, 4)
    other = head[:2] in (b"PK", b"\x1f\x8b") or is_idx(path) or path.suffix.lower() == ".npz"
    return not other and not (head[:2] == b"\0\0" and len(head) == 4 and head[2] in range(8, 15))


def _preview_table(path: Path, settings: DataSettings, rows: int) -> Preview:
    options = with_options(CsvOptions, settings.options, f"The table {path.name}")
    table = read_table(path, options, limit_bytes=PREVIEW_BYTES, tolerant=True)
    problems = list(table.problems)
    columns = []
    for name in table.header:
        column, problem = _described(table, name)
        columns.append(column)
        if problem:
            problems.append(problem)
    targets: tuple[str, ...] = ()
    task, report = "", table.report
    classes: tuple[str, ...] = ()
    try:
        raw = encode_table(table, settings)
        targets, task, classes, report = raw.target_names, raw.task, raw.classes, raw.report
    except DataError as error:
        if str(error) not in problems:
            problems.append(str(error))
    shown = tuple(tuple(column[row] for column in table.columns) for row in range(min(rows, table.rows)))
    return Preview(
        name=path.name,
        columns=tuple(columns),
        rows=shown,
        problems=tuple(problems),
        row_count=table.rows,
        complete=path.stat().st_size <= PREVIEW_BYTES,
        has_header=table.has_header,
        delimiter=table.delimiter,
        encoding=table.encoding,
        targets=targets,
        task=task,
        classes=classes,
        report=report,
    )


def _described(table: Table, name: str) -> tuple[PreviewColumn, str]:
    try:
        column = read_column(table, name)
    except DataError as error:
        cells = [cell.strip() for cell in table.column(name)]
        different = len(set(cells) - {""})
        return PreviewColumn(
            name, "mixed", cells.count(""), different, examples=tuple(cells[:EXAMPLES])
        ), str(error)
    counted = column.distinct()
    examples = tuple(text for text, _ in counted.most_common(EXAMPLES))
    if column.kind != "number":
        return PreviewColumn(name, column.kind, column.missing_count, len(counted), examples=examples), ""
    return _number_column(column, len(counted), examples), ""


def _number_column(column: Column, distinct: int, examples: tuple[str, ...]) -> PreviewColumn:
    present = column.values[~column.missing]
    with np.errstate(over="ignore"):
        mean = float(present.mean())
    return PreviewColumn(
        column.name,
        "number",
        column.missing_count,
        distinct,
        float(present.min()),
        float(present.max()),
        mean,
        examples,
    )


def _preview_dataset(data: DataSet, rows: int) -> Preview:
    """The training part of anything that is no table: its features as columns, where they have names."""
    x, y = data.train.x, data.train.y
    assert isinstance(x, np.ndarray)
    assert isinstance(y, np.ndarray)
    columns: list[PreviewColumn] = []
    cells: list[list[str]] = []
    if data.vocabulary:
        unit = data.preprocessing.unit
        name = data.feature_names[0] if data.feature_names else "text"
        _add_texts(columns, cells, name, [text_of(ids, data.vocabulary, unit, first=1) for ids in x[:rows]])
    elif x.ndim == 2 and x.shape[1] <= 200:
        for index in range(x.shape[1]):
            name = data.feature_names[index] if index < len(data.feature_names) else f"x{index + 1}"
            _add_numbers(columns, cells, name, x[:, index], rows)
    if data.task == "classification" and y.ndim == 1:
        counts = np.bincount(y, minlength=len(data.classes))
        names = tuple(data.classes[index] for index in np.argsort(-counts, kind="stable")[:EXAMPLES])
        target = data.target_names[0] if data.target_names else "class"
        columns.append(PreviewColumn(target, "category", 0, int((counts > 0).sum()), examples=names))
        cells.append([data.classes[label] for label in y[:rows]])
    elif data.task == "classification" and y.ndim == 2 and data.vocabulary:
        name = data.target_names[0] if data.target_names else "target"
        unit = data.preprocessing.unit
        _add_texts(columns, cells, name, [text_of(ids, data.classes, unit) for ids in y[:rows]])
    elif y.ndim == 2 and data.task == "regression":
        for index in range(y.shape[1]):
            _add_numbers(columns, cells, data.target_names[index], y[:, index], rows)
    return Preview(
        name=data.title,
        columns=tuple(columns),
        rows=tuple(zip(*cells, strict=True)),
        problems=(),
        row_count=sum(len(part) for part in data.parts().values()),
        complete=True,
        targets=data.target_names,
        task=data.task,
        classes=data.classes,
        report=data.report,
        dataset=data,
    )


def _add_texts(columns: list[PreviewColumn], cells: list[list[str]], name: str, texts: list[str]) -> None:
    columns.append(PreviewColumn(name, "category", 0, len(set(texts)), examples=tuple(texts[:EXAMPLES])))
    cells.append(texts)


def _add_numbers(
    columns: list[PreviewColumn], cells: list[list[str]], name: str, values: npt.NDArray[Any], rows: int
) -> None:
    examples = tuple(f"{value:.4g}" for value in values[:EXAMPLES])
    columns.append(
        PreviewColumn(
            name,
            "number",
            0,
            len(np.unique(values)),
            # The shortest decimal that gives the same float32: 4.3, not 4.300000190734863.
            float(str(values.min())),
            float(str(values.max())),
            float(f"{values.mean(dtype=np.float64):.6g}"),
            examples,
        )
    )
    cells.append(
        [number_name(value) if value.is_integer() else f"{value:.4g}" for value in map(float, values[:rows])]
    )
