"""From a table of text to samples: choosing columns, missing values, one-hot features, targets."""

from __future__ import annotations

import difflib
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import Task
from engine.data.formats.columns import (
    Column,
    categories_of,
    codes_of,
    encoding_of,
    first_missing,
    number_required,
    read_column,
)
from engine.data.formats.table import Table
from engine.data.preprocessing import ColumnEncoding, Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings

Array = npt.NDArray[Any]

MAX_CLASSES = 1000
MAX_FEATURES = 20_000
# A target of whole numbers with at most so many different values is taken as classes.
AUTO_CLASSES = 20


def encode_table(
    table: Table, settings: DataSettings, fitted: Preprocessing | None = None, *, need_targets: bool = True
) -> RawData:
    """Samples of a table, as the settings choose its columns.

    With `fitted`, columns are encoded as they were for the data it was fitted to (same features, categories and
    classes), and the settings' choice of columns is not asked; `need_targets` False leaves the targets out.
    Raises DataError naming file, line and column.
    """
    report = list(table.report)
    if fitted is not None:
        fitted = _with_columns(table, fitted, need_targets)
        targets = _fitted_columns(table, fitted.target_columns if need_targets else ())
        features = _fitted_columns(table, fitted.feature_columns)
    else:
        targets = [read_column(table, name) for name in choose_targets(table, settings)]
        features = choose_features(table, settings, [column.name for column in targets], report)
    keep = _kept_rows(table, features, targets, settings, report)
    x, encodings, names = _encode_features(table, features, keep, fitted, report)
    if fitted is not None and not need_targets:
        y: Array = np.zeros((len(x), 0))
        task: Task = "classification" if fitted.classes else "regression"
        classes, target_encodings = fitted.classes, fitted.target_columns
    else:
        task, y, classes, target_encodings = _encode_targets(table, targets, keep, settings, fitted, report)
    return RawData(
        x=x,
        y=y,
        task=task,
        place=table.name,
        kind="table",
        classes=classes,
        feature_names=names,
        target_names=tuple(column.name for column in target_encodings),
        feature_columns=encodings,
        target_columns=target_encodings,
        report=tuple(report),
        fixed=np.array(
            [encoding.kind != "number" for encoding in encodings for _ in range(encoding.width)], bool
        ),
    )


def choose_targets(table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The target columns: those named, or the last one that has a name and values."""
    if settings.target:
        check_columns(table, settings.target, "target")
        return settings.target
    for name in reversed(table.header):
        if not (name in table.unnamed and not any(cell.strip() for cell in table.column(name))):
            return (name,)
    raise DataError(f"{table.name} has no column with values.")


def check_columns(table: Table, names: tuple[str, ...], purpose: str) -> None:
    """Raise DataError for a name that is no column of the table, or one named twice."""
    for name in names:
        if name not in table.header:
            near = difflib.get_close_matches(name, table.header, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            columns = ", ".join(table.header[:20]) + (", ..." if len(table.header) > 20 else "")
            raise DataError(
                f"{table.name} has no column {name!r} to use as {purpose}.{hint} Its columns: {columns}."
            )
    if len(set(names)) < len(names):
        raise DataError(f"{table.name}: a column is named twice as {purpose}: {', '.join(names)}.")


def choose_features(
    table: Table, settings: DataSettings, targets: list[str], report: list[str]
) -> list[Column]:
    """The feature columns, read: those named, or all but the targets and what is plainly no feature."""
    if settings.features:
        check_columns(table, settings.features, "feature")
        both = [name for name in settings.features if name in targets]
        if both:
            report.append(f"Column {both[0]!r} is both a feature and a target.")
        columns = [read_column(table, name) for name in settings.features]
    else:
        columns = [read_column(table, name) for name in table.header if name not in targets]
        columns = [column for column in columns if not _left_out(table, column, report)]
    if not columns:
        why = " ".join(["", *report])
        raise DataError(f"{table.name} has no feature column beside the target {', '.join(targets)}.{why}")
    for column in columns:
        _check_not_empty(table, column)
    return columns


def _check_not_empty(table: Table, column: Column) -> None:
    if column.kind == "empty":
        raise DataError(
            f"{table.name}, line {table.lines[0]} and all below, column {column.name!r}: no row has a value. "
            "Remove the column, or choose features and target without it."
        )


def _left_out(table: Table, column: Column, report: list[str]) -> bool:
    """Columns nobody means: unnamed empty ones, unnamed row numbers, and texts that differ from row to row."""
    if column.name in table.unnamed and column.kind == "empty":
        return True
    if column.name in table.unnamed and column.kind == "number":
        start = column.values[0]
        if (
            table.rows > 2
            and start in (0, 1)
            and np.array_equal(column.values, np.arange(table.rows) + start)
        ):
            report.append(f"The unnamed column {column.name!r} only numbers the rows; it was left out.")
            return True
    if column.kind == "category" and table.rows >= 20:
        different = len(column.distinct())
        if different > 0.5 * table.rows:
            report.append(
                f"Column {column.name!r} has {different} different texts in {table.rows} rows, like a name; "
                "it was left out. Name it among the features to keep it."
            )
            return True
    return False


def _with_columns(table: Table, fitted: Preprocessing, need_targets: bool) -> Preprocessing:
    """`fitted` of a set that was no table, with this table's columns: found by name, else by their place."""
    if fitted.feature_columns:
        return fitted
    features, targets = fitted.feature_names, fitted.target_names
    if not features:
        raise DataError(
            f"{table.name} is a text table, but the network was trained on images or sequences. "
            "Give an NPZ or IDX file."
        )
    wanted = len(features) + len(targets)
    if set(features) <= set(table.header):
        feature_columns = features
    elif len(table.header) in (len(features), wanted):
        feature_columns = table.header[: len(features)]
    else:
        raise DataError(
            f"{table.name} has {len(table.header)} columns, but the network was trained on {len(features)} features: "
            f"{', '.join(features[:20])}. Give columns of these names, or as many without a header."
        )
    target_columns: tuple[str, ...] = ()
    if need_targets:
        target_columns = table.header[len(features) :] if len(table.header) == wanted else targets
        target_columns = targets if set(targets) <= set(table.header) else target_columns
    kind: Literal["category", "number"] = "category" if fitted.classes else "number"
    return msgspec.structs.replace(
        fitted,
        feature_columns=tuple(ColumnEncoding(name=name, kind="number") for name in feature_columns),
        target_columns=tuple(
            ColumnEncoding(name=name, kind=kind, categories=fitted.classes) for name in target_columns
        ),
    )


def _fitted_columns(table: Table, encodings: tuple[ColumnEncoding, ...]) -> list[Column]:
    check_columns(table, tuple(encoding.name for encoding in encodings), "the trained network's column")
    return [read_column(table, encoding.name) for encoding in encodings]


def _kept_rows(
    table: Table, features: list[Column], targets: list[Column], settings: DataSettings, report: list[str]
) -> Array:
    """(N,) bool: rows that stay. Raises DataError for missing values where they are an error, or no row stays."""
    for column in targets:
        _check_not_empty(table, column)
    keep = np.ones(table.rows, dtype=bool)
    if settings.missing == "error":
        error = first_missing(table, features + targets)
        if error is not None:
            raise error
        return keep
    judged = targets if settings.missing == "mean" else features + targets
    for column in judged:
        keep &= ~column.missing
    dropped = table.rows - int(keep.sum())
    if dropped:
        where = "the target" if settings.missing == "mean" else "a value"
        report.append(f"{dropped} of {table.rows} rows lack {where} and were dropped.")
    if settings.missing == "mean":
        for column in features:
            count = int((column.missing & keep).sum())
            if count:
                report.append(
                    f"Column {column.name!r}: {count} missing values were replaced by the training mean."
                )
    if not keep.any():
        raise DataError(
            f"{table.name}: every one of the {table.rows} rows lacks a value, so none is left. Set missing values to "
            "'mean', or choose the features without such columns."
        )
    return keep


def _encode_features(
    table: Table, columns: list[Column], keep: Array, fitted: Preprocessing | None, report: list[str]
) -> tuple[Array, tuple[ColumnEncoding, ...], tuple[str, ...]]:
    """x (N, features) float64 with NaN for missing, the encodings, and one name per feature."""
    encodings: list[ColumnEncoding] = []
    for index, column in enumerate(columns):
        if fitted is not None:
            encoding = fitted.feature_columns[index]
            if encoding.kind != "category":
                number_required(table, column, "the trained network")
        else:
            encoding = encoding_of(column, categories_of(column, keep) if column.kind == "category" else ())
            if encoding.kind == "category":
                report.append(f"Column {column.name!r} was one-hot encoded: {_listed(encoding.categories)}.")
        encodings.append(encoding)
    width = sum(encoding.width for encoding in encodings)
    if width > MAX_FEATURES:
        raise DataError(
            f"{table.name}: one-hot encoding makes {width:,} features; {MAX_FEATURES:,} are allowed. "
            "Choose the features without text columns that have very many different texts."
        )
    x = np.empty((int(keep.sum()), width))
    names: list[str] = []
    start = 0
    for column, encoding in zip(columns, encodings, strict=True):
        if encoding.kind == "category":
            codes = codes_of(table, column, encoding.categories, keep)
            ones = (codes[:, None] == np.arange(encoding.width)).astype(np.float64)
            ones[np.isnan(codes)] = np.nan
            x[:, start : start + encoding.width] = ones
            names += [f"{column.name} = {category}" for category in encoding.categories]
        else:
            x[:, start] = column.values[keep]
            names.append(column.name)
        start += encoding.width
    return x, tuple(encodings), tuple(names)


def _encode_targets(
    table: Table,
    columns: list[Column],
    keep: Array,
    settings: DataSettings,
    fitted: Preprocessing | None,
    report: list[str],
) -> tuple[Task, Array, tuple[str, ...], tuple[ColumnEncoding, ...]]:
    if fitted is not None:
        task: Task = "classification" if fitted.classes else "regression"
    else:
        task = _task_of(columns, keep, settings, report)
    if task == "regression":
        for column in columns:
            number_required(table, column, "a regression's target")
        y = np.column_stack([column.values[keep] for column in columns])
        return task, y, (), tuple(encoding_of(column) for column in columns)
    if len(columns) > 1:
        raise DataError(
            f"{table.name}: a classification has one target column, not {len(columns)} "
            f"({', '.join(column.name for column in columns)}). Name one, or set the task to regression."
        )
    column = columns[0]
    classes = fitted.classes if fitted is not None else _classes_of(table, column, keep)
    encoding = ColumnEncoding(name=column.name, kind="category", categories=classes)
    return task, codes_of(table, column, classes, keep).astype(np.int64), classes, (encoding,)


def _task_of(columns: list[Column], keep: Array, settings: DataSettings, report: list[str]) -> Task:
    """What is asked, or for auto: text and few whole numbers are classes, everything else is numbers."""
    if settings.task != "auto":
        return settings.task
    if len(columns) > 1:
        return "regression"
    column = columns[0]
    if column.kind != "number":
        return "classification"
    values = np.unique(column.values[keep])
    whole = bool((values == np.round(values)).all())
    few = len(values) == 2 or 3 * len(values) <= int(keep.sum())
    if whole and 2 <= len(values) <= AUTO_CLASSES and few:
        report.append(
            f"Target {column.name!r} has {len(values)} different whole numbers, taken as classes. Set the task to "
            "regression to predict the number instead."
        )
        return "classification"
    return "regression"


def _classes_of(table: Table, column: Column, keep: Array) -> tuple[str, ...]:
    classes = categories_of(column, keep)
    rows = int(keep.sum())
    if len(classes) < 2:
        raise DataError(
            f"{table.name}, column {column.name!r}: all {rows} rows have the class {classes[0]!r}, so there is "
            "nothing to tell apart. Choose another target column."
        )
    if len(classes) > MAX_CLASSES or (len(classes) > AUTO_CLASSES and 2 * len(classes) > rows):
        raise DataError(
            f"{table.name}, column {column.name!r}: {len(classes)} different values in {rows} rows look like a name or "
            "a measurement, not a class. Choose another target column, or set the task to regression."
        )
    return classes


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:6])
    return shown if len(names) <= 6 else f"{shown}, ... ({len(names)} in all)"
