"""Arrays of numbers that come without a description: what they hold is told from their types and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import Kind, Task
from engine.data.formats.columns import number_name
from engine.data.formats.encoding import AUTO_CLASSES, MAX_CLASSES
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings

Array = npt.NDArray[Any]

MAX_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Features:
    """x (N, *shape) with what it was found to be."""

    x: Array
    kind: Kind
    divisor: float
    report: tuple[str, ...]


def image_data(x: Array, place: str) -> Features:
    """Images (N, H, W) or (N, H, W, C), grey ones given their channel axis; bytes are divided by 255."""
    if x.ndim not in (3, 4) or 0 in x.shape:
        raise DataError(
            f"{place}: images have the shape (N, height, width) or (N, height, width, channels), not {x.shape}."
        )
    report = ("Pixels were divided by 255, to lie from 0 to 1.",) if x.dtype == np.uint8 else ()
    return Features(
        x[..., None] if x.ndim == 3 else x, "image", 255.0 if x.dtype == np.uint8 else 1.0, report
    )


def feature_data(x: Array, place: str) -> Features:
    """Features of any shape: bytes of 3 or 4 axes are images, other numbers of 3 axes sequences, of 2 a table."""
    if x.dtype.kind not in "buif":
        raise DataError(f"{place}: the features are of type {x.dtype}; they must be numbers.")
    if x.ndim == 0 or 0 in x.shape:
        raise DataError(f"{place}: the features have the shape {x.shape}, which holds no samples.")
    if x.ndim == 1:
        return Features(x[:, None], "table", 1.0, ())
    if x.ndim == 4 or (x.ndim == 3 and x.dtype == np.uint8):
        return image_data(x, place)
    return Features(x, "sequence" if x.ndim == 3 else "table", 1.0, ())


def labelled(
    features: Features,
    y: Array | None,
    settings: DataSettings,
    place: str,
    test_x: Array | None = None,
    test_y: Array | None = None,
    class_names: tuple[str, ...] = (),
    fitted: Preprocessing | None = None,
) -> RawData:
    """Samples of features and their targets, whose task is told from their type.

    Text and whole numbers are classes, as are one-hot rows; other numbers are the targets of a regression.
    With `fitted`, the task and the classes are those of the data it was fitted to. y None means no targets.
    """
    if y is None:
        y, test_x, test_y = np.zeros((len(features.x), 0)), None, None
    both = y if test_y is None else _joined(y, test_y, place)
    if fitted is not None:
        task, coded, classes, report = _fitted_targets(both, fitted, place)
    else:
        task, coded, classes, report = _targets(both, settings, place, class_names)
    width = 1 if coded.ndim == 1 else coded.shape[1]
    shape = features.x.shape[1:]
    return RawData(
        x=features.x,
        y=coded[: len(y)],
        task=task,
        place=place,
        kind=features.kind,
        classes=classes,
        feature_names=tuple(f"x{i + 1}" for i in range(shape[0])) if len(shape) == 1 else (),
        target_names=("class",) if task == "classification" else tuple(f"y{i + 1}" for i in range(width)),
        test_x=test_x,
        test_y=None if test_y is None else coded[len(y) :],
        divisor=features.divisor,
        report=features.report + report,
    )


def _joined(y: Array, test_y: Array, place: str) -> Array:
    if y.shape[1:] != test_y.shape[1:]:
        raise DataError(f"{place}: training targets have the shape {y.shape}, test targets {test_y.shape}.")
    return np.concatenate([y, test_y])


def _fitted_targets(
    y: Array, fitted: Preprocessing, place: str
) -> tuple[Task, Array, tuple[str, ...], tuple[str, ...]]:
    classes = fitted.classes
    if y.ndim == 2 and y.shape[1] == 0:
        return "classification" if classes else "regression", y, classes, ()
    if not classes:
        return _targets(y, DataSettings(task="regression"), place, ())
    if _is_one_hot(y) and y.shape[1] == len(classes):
        return "classification", y.argmax(axis=1).astype(np.int64), classes, ()
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or y.dtype.kind not in "buifU":
        raise DataError(f"{place}: class targets have the shape (N,) or are one-hot; these have {y.shape}.")
    values, codes = np.unique(y, return_inverse=True)
    names = [_value_name(value) for value in values]
    if all(name in classes for name in names):
        numbers = [classes.index(name) for name in names]
    elif y.dtype.kind in "bui" and int(values[0]) >= 0 and int(values[-1]) < len(classes):
        numbers = [int(value) for value in values]
    else:
        unknown = next(name for name in names if name not in classes)
        raise DataError(
            f"{place} has the class {unknown[:40]!r}, which the network was not trained on. Known there: "
            f"{', '.join(classes[:20])}."
        )
    return "classification", np.array(numbers, dtype=np.int64)[codes.reshape(-1)], classes, ()


def _targets(
    y: Array, settings: DataSettings, place: str, class_names: tuple[str, ...]
) -> tuple[Task, Array, tuple[str, ...], tuple[str, ...]]:
    if y.dtype.kind not in "buifU":
        raise DataError(f"{place}: the targets are of type {y.dtype}; they must be numbers or texts.")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 0 or y.ndim > 2:
        raise DataError(f"{place}: the targets have the shape {y.shape}; it must be (N,) or (N, targets).")
    if settings.task != "regression" and _is_one_hot(y):
        names = class_names if len(class_names) == y.shape[1] else tuple(str(i) for i in range(y.shape[1]))
        return (
            "classification",
            y.argmax(axis=1).astype(np.int64),
            names,
            ("One-hot targets were read as classes.",),
        )
    if _is_classification(y, settings):
        return _classes(y, place, class_names)
    if y.dtype.kind == "U":
        raise DataError(f"{place}: the target {str(y[0])[:40]!r} is text; a regression needs numbers.")
    return "regression", y[:, None] if y.ndim == 1 else y, (), ()


def _is_classification(y: Array, settings: DataSettings) -> bool:
    if settings.task != "auto":
        return settings.task == "classification"
    if y.ndim != 1 or y.dtype.kind == "f":
        return False
    return y.dtype.kind in "Ub" or len(np.unique(y)) <= max(AUTO_CLASSES, min(MAX_CLASSES, len(y) // 10))


def _is_one_hot(y: Array) -> bool:
    if y.ndim != 2 or y.shape[1] < 2 or y.dtype.kind == "U":
        return False
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def _classes(
    y: Array, place: str, class_names: tuple[str, ...]
) -> tuple[Task, Array, tuple[str, ...], tuple[str, ...]]:
    if y.ndim != 1:
        raise DataError(f"{place}: class targets have the shape (N,) or are one-hot; these have {y.shape}.")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        at = int((~np.isfinite(y)).argmax())
        raise DataError(f"{place}: the class of sample {at} is {y[at]}. Correct it, or remove the sample.")
    values, codes = np.unique(y, return_inverse=True)
    if len(values) < 2:
        raise DataError(
            f"{place}: all {len(y)} samples have the class {values[0]!s}, so there is nothing to tell apart."
        )
    if len(values) > MAX_CLASSES:
        raise DataError(
            f"{place}: the targets have {len(values):,} different values; a classification may have {MAX_CLASSES:,} "
            "classes. Set the task to regression to predict the number."
        )
    # Labels that count from 0 keep their number even where one of them does not occur.
    if class_names and y.dtype.kind in "bui" and int(values[0]) >= 0 and int(values[-1]) < len(class_names):
        return "classification", y.astype(np.int64), class_names, ()
    names = tuple(_value_name(value) for value in values)
    return "classification", codes.reshape(-1).astype(np.int64), names, ()


def _value_name(value: Any) -> str:
    return str(value) if isinstance(value, str) or not np.isfinite(value) else number_name(float(value))
