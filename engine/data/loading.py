"""load(): from the data reference of a design to a DataSet, and new data treated as the trained one was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import DataSet, Split
from engine.data.files import read_file, resolve
from engine.data.preprocessing import Preprocessing, fit_fill, fit_scaling, fit_target_scaling
from engine.data.raw import Progress, RawData, ReadContext
from engine.data.settings import DataSettings
from engine.data.source import description_of, named_source, with_options
from engine.data.splitting import Parts, split_samples

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class _Described:
    """A source's raw samples, with what there is to say about it."""

    raw: RawData
    name: str
    title: str
    description: str
    licence: str


def load(
    settings: DataSettings,
    *,
    folder: Path | None = None,
    on_progress: Progress | None = None,
    allow_download: bool = False,
) -> DataSet:
    """Read, encode, split and scale the samples that the settings refer to.

    `folder` is where relative paths start (the design's folder). `on_progress(done, total)` is called while files
    are read or downloaded and may raise to cancel (not an OSError, which a download takes for a failed mirror).
    Without `allow_download` the network is not touched. Raises DataError, which says what to do.
    """
    found = _read(settings, ReadContext(folder, on_progress, allow_download))
    raw = _handle_missing(_select_features(found.raw, settings), settings)
    labels = raw.y if raw.task == "classification" and raw.y.ndim == 1 else None
    parts = split_samples(len(raw.x), labels, settings, has_test=raw.test_x is not None)
    fitted = _fit(raw, parts, settings)
    train = _part(raw, parts.train, fitted)
    validation = _part(raw, parts.validation, fitted) if len(parts.validation) else None
    if raw.test_x is not None and raw.test_y is not None:
        test: Split | None = _finished(raw, raw.test_x, raw.test_y, fitted)
    else:
        test = _part(raw, parts.test, fitted) if len(parts.test) else None
    return DataSet(
        name=found.name,
        title=found.title,
        description=found.description,
        licence=found.licence,
        kind=raw.kind,
        train=train,
        validation=validation,
        test=test,
        task=raw.task,
        classes=raw.classes,
        feature_names=raw.feature_names,
        target_names=raw.target_names,
        input_shape=tuple(raw.x.shape[1:]),
        output_units=len(raw.classes) if raw.task == "classification" else raw.y.shape[1],
        preprocessing=fitted,
        report=raw.report + tuple(_split_report(raw, parts, settings)),
        vocabulary=raw.vocabulary,
    )


def load_samples(
    settings: DataSettings,
    preprocessing: Preprocessing,
    *,
    folder: Path | None = None,
    on_progress: Progress | None = None,
    allow_download: bool = False,
    need_targets: bool = True,
) -> Split:
    """Samples to evaluate or predict, treated as those were that `preprocessing` was fitted to.

    Of a source with a test part of its own (mnist) that part, of any other all samples, in their order.
    A table's columns are found by name; classes and categories keep their numbers. With `need_targets` False a
    file may lack the target, and y is empty, (N, 0). Raises DataError where the data does not match.
    """
    context = ReadContext(folder, on_progress, allow_download)
    source = named_source(settings.source)
    if source is not None:
        raw = with_options(source, settings.options, f"The data set {source.name!r}").read(context)
    else:
        path = resolve(settings.source, context)
        raw = read_file(path, settings, preprocessing, need_targets=need_targets)
    if preprocessing.feature_names and preprocessing.feature_names != raw.feature_names:
        raw = _select_features(raw, DataSettings(features=preprocessing.feature_names))
    expected = preprocessing.classes
    if need_targets and raw.classes != expected:
        raw = _renumbered(raw, expected)
    if not preprocessing.fill:
        raw = _handle_missing(raw, settings)
    if raw.test_x is not None and raw.test_y is not None:
        return _finished(raw, raw.test_x, raw.test_y, preprocessing)
    return _finished(raw, raw.x, raw.y, preprocessing)


def _read(settings: DataSettings, context: ReadContext) -> _Described:
    source = named_source(settings.source)
    if source is None:
        path = resolve(settings.source, context)
        raw = read_file(path, settings)
        return _Described(raw, settings.source, path.stem, f"Read from {path.name}.", "")
    raw = with_options(source, settings.options, f"The data set {source.name!r}").read(context)
    return _Described(
        _with_task(raw, settings), source.name, source.title, description_of(source), source.licence
    )


def _with_task(raw: RawData, settings: DataSettings) -> RawData:
    """A named set under the task asked for: class numbers can't be a regression's, nor numbers classes."""
    if settings.task not in ("auto", raw.task):
        raise DataError(f"The data set {raw.place!r} is a {raw.task}; set the task to auto or {raw.task}.")
    if settings.target and settings.target != raw.target_names:
        names = ", ".join(raw.target_names)
        raise DataError(
            f"The data set {raw.place!r} has the target {names}, not {', '.join(settings.target)}."
        )
    return raw


def _select_features(raw: RawData, settings: DataSettings) -> RawData:
    """Only the named features, in the order named, of samples whose last axis has names."""
    if not settings.features or raw.feature_columns:
        return raw
    unknown = [name for name in settings.features if name not in raw.feature_names]
    if unknown:
        names = ", ".join(raw.feature_names) or "none with names"
        raise DataError(f"{raw.place} has no feature {unknown[0]!r}. Its features: {names}.")
    chosen = [raw.feature_names.index(name) for name in settings.features]
    return dataclasses.replace(
        raw,
        x=raw.x[..., chosen],
        test_x=None if raw.test_x is None else raw.test_x[..., chosen],
        feature_names=settings.features,
    )


def _renumbered(raw: RawData, classes: tuple[str, ...]) -> RawData:
    """Class numbers as the trained network has them."""
    if raw.task != ("classification" if classes else "regression"):
        raise DataError(f"{raw.place} holds a {raw.task}, which is not what the network was trained for.")
    unknown = [name for name in raw.classes if name not in classes]
    if unknown:
        raise DataError(
            f"{raw.place} has the class {unknown[0]!r}, which the network was not trained on. Known there: "
            f"{', '.join(classes[:20])}."
        )
    numbers = np.array([classes.index(name) for name in raw.classes], dtype=np.int64)
    test_y = None if raw.test_y is None else numbers[raw.test_y]
    return dataclasses.replace(raw, y=numbers[raw.y], test_y=test_y, classes=classes)


def _handle_missing(raw: RawData, settings: DataSettings) -> RawData:
    """Samples of arrays with NaN or infinite numbers: an error, dropped, or left for the mean to stand in."""
    if raw.feature_columns:
        return raw
    x, y, dropped = _without_missing(raw, raw.x, raw.y, settings, "")
    report = raw.report
    test_x, test_y = raw.test_x, raw.test_y
    if test_x is not None and test_y is not None:
        test_x, test_y, test_dropped = _without_missing(raw, test_x, test_y, settings, "test ")
        dropped += test_dropped
    if dropped:
        report = (*report, f"{dropped} samples lack a value and were dropped.")
    return dataclasses.replace(raw, x=x, y=y, test_x=test_x, test_y=test_y, report=report)


def _without_missing(
    raw: RawData, x: Array, y: Array, settings: DataSettings, part: str
) -> tuple[Array, Array, int]:
    bad_x, bad_y = _not_finite(x), _not_finite(y)
    if settings.missing == "error" and (bad_x.any() or bad_y.any()):
        array, bad, name = (x, bad_x, "features") if bad_x.any() else (y, bad_y, "targets")
        at = int(bad.argmax())
        place = np.argwhere(~np.isfinite(array[at]))[0]
        value = array[(at, *place)]
        raise DataError(
            f"{raw.place}: {part}sample {at} has the value {value} among its {name} (at {tuple(map(int, place))}); "
            f"{int((bad_x | bad_y).sum())} of {len(x)} samples lack a finite value. "
            "Set missing values to 'drop' or 'mean'."
        )
    drop = bad_y if settings.missing == "mean" else bad_x | bad_y
    if not drop.any():
        return x, y, 0
    if drop.all():
        raise DataError(
            f"{raw.place}: every one of the {len(x)} {part}samples lacks a value, so none is left."
        )
    return x[~drop], y[~drop], int(drop.sum())


def _not_finite(array: Array) -> Array:
    """(N,) bool: samples that hold a number that is not finite."""
    if array.dtype.kind != "f":
        return np.zeros(len(array), dtype=bool)
    return np.logical_not(np.isfinite(array).reshape(len(array), -1).all(axis=1))


def _fit(raw: RawData, parts: Parts, settings: DataSettings) -> Preprocessing:
    """Everything that is learned from the data, from its training part."""
    wants_x = settings.scaling != "none" or settings.missing == "mean"
    train_x = (raw.x if len(parts.train) == len(raw.x) else raw.x[parts.train]) if wants_x else raw.x[:0]
    fixed = raw.fixed if raw.fixed.size else np.zeros(raw.x.shape[-1], dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        offset, scale = fit_scaling(train_x, settings.scaling, raw.divisor, fixed)
        fill: tuple[float, ...] = ()
        if settings.missing == "mean" and raw.x.dtype.kind == "f":
            fill = tuple(value / raw.divisor for value in fit_fill(train_x))
        target_offset: tuple[float, ...] = ()
        target_scale: tuple[float, ...] = ()
        if settings.scale_target and raw.task == "regression":
            target_offset, target_scale = fit_target_scaling(raw.y[parts.train])
    for statistics, what in (((offset, scale, fill), "feature"), ((target_offset, target_scale), "target")):
        for values in map(np.asarray, statistics):
            # The square of a deviation overflows first, and everything divided by it would silently be 0.
            if not np.isfinite(values).all():
                raise _beyond_range(raw, values, what)
    return Preprocessing(
        divisor=raw.divisor,
        offset=offset,
        scale=scale,
        fill=fill,
        target_offset=target_offset,
        target_scale=target_scale,
        feature_columns=raw.feature_columns,
        target_columns=raw.target_columns,
        feature_names=raw.feature_names,
        target_names=raw.target_names,
        classes=raw.classes,
        vocabulary=raw.vocabulary,
        steps=raw.x.shape[1] if raw.vocabulary else 0,
        unit=raw.unit,
    )


def _part(raw: RawData, indices: Array, fitted: Preprocessing) -> Split:
    whole = len(indices) == len(raw.x)
    return _finished(raw, raw.x if whole else raw.x[indices], raw.y if whole else raw.y[indices], fitted)


def _finished(raw: RawData, x: Array, y: Array, fitted: Preprocessing) -> Split:
    """A split of float32 features and int64 classes or float32 targets, checked to be finite."""
    ready_x = fitted.transform(x)
    ready_y = y.astype(np.int64, copy=False) if raw.task == "classification" else fitted.transform_target(y)
    # Bytes can't go beyond what was fitted to them; everything else can leave the range of float32.
    if x.dtype.kind == "f" and not np.isfinite(ready_x).all():
        raise _beyond_range(raw, ready_x, "feature")
    if raw.task == "regression" and not np.isfinite(ready_y).all():
        raise _beyond_range(raw, ready_y, "target")
    return Split(ready_x, ready_y)


def _beyond_range(raw: RawData, array: Array, what: str) -> DataError:
    place = np.argwhere(~np.isfinite(array))[0]
    names = raw.feature_names if what == "feature" else raw.target_names
    index = int(place[-1])
    name = repr(names[index]) if index < len(names) else f"number {index}"
    return DataError(
        f"{raw.place}: {what} {name} has values beyond the range of float32 (3.4e38). Scale the column down, or "
        "leave it out."
    )


def _split_report(raw: RawData, parts: Parts, settings: DataSettings) -> Iterator[str]:
    if settings.validation_fraction > 0 and not len(parts.validation):
        yield f"Too few samples ({len(raw.x)}) to hold some out for validation."
    if raw.test_x is not None and settings.test_fraction > 0:
        yield "The set comes with a test part of its own; the test fraction was not used."
    if parts.limited:
        yield f"Training is limited to {len(parts.train):,} samples."
