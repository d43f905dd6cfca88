"""What the data panel shows of a data set: a few samples and the counts, taken from it so that it can be let go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import DataSet
from engine.data.previewing import Preview, PreviewColumn

Array = NDArray[Any]
IMAGES = 60
POINTS = 2000
SERIES = 6
ROWS = 50


@dataclass(frozen=True)
class DataLook:
    """A data set as the panel shows it. Arrays are small copies; x and y belong to the training part.

    `x` holds images (k, H, W, C) scaled to 0..1, points (k, 2), curve positions (k, 1), or series (k, T, F); `y` class
    numbers (k,) or targets (k, targets). `counts` are the training samples of each class. `tokens` is how many ids a
    text may have, padding among them (0 where it is none); `target_shape` are a sample's targets.
    """

    title: str = ""
    description: str = ""
    licence: str = ""
    kind: str = ""
    task: str = ""
    classes: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()
    output_units: int = 0
    whole_numbers: bool = False
    tokens: int = 0
    target_shape: tuple[int, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)
    counts: tuple[int, ...] = ()
    x: Array | None = None
    y: Array | None = None
    columns: tuple[PreviewColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    targets: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the data could be read, and not only looked at."""
        return bool(self.sizes)


def look_at(data: DataSet, preview: Preview | None = None) -> DataLook:
    """Return what there is to show of a data set; `preview` adds a table's columns and rows."""
    x, y = data.train.x, data.train.y
    some_x = _samples(x, data.kind) if isinstance(x, np.ndarray) else None
    some_y = np.array(y[: len(some_x)]) if isinstance(y, np.ndarray) and some_x is not None else None
    return DataLook(
        title=data.title,
        description=data.description,
        licence=data.licence,
        kind=data.kind,
        task=data.task,
        classes=data.classes,
        feature_names=data.feature_names,
        target_names=data.target_names,
        input_shape=data.input_shape,
        output_units=data.output_units,
        whole_numbers=isinstance(x, np.ndarray) and (x.dtype.kind in "iu" or bool(data.vocabulary)),
        tokens=len(data.vocabulary) + 1 if data.vocabulary else 0,
        target_shape=y.shape[1:] if isinstance(y, np.ndarray) else (),
        sizes={name: len(part) for name, part in data.parts().items()},
        counts=_counts(y, len(data.classes))
        if data.task == "classification"
        and isinstance(y, np.ndarray)
        and not (data.vocabulary and y.ndim > 1)
        else (),
        x=some_x,
        y=some_y,
        columns=preview.columns if preview else (),
        rows=preview.rows if preview else (),
        targets=preview.targets if preview else data.target_names,
        report=data.report,
        problems=preview.problems if preview else (),
    )


def look_at_preview(preview: Preview, problem: str) -> DataLook:
    """Return what there is to show of a table that can be looked at, but not yet be trained on."""
    problems = preview.problems if problem in preview.problems else (*preview.problems, problem)
    return DataLook(
        title=preview.name,
        kind="table",
        task=preview.task,
        classes=preview.classes,
        columns=preview.columns,
        rows=preview.rows,
        targets=preview.targets,
        report=preview.report,
        problems=tuple(text for text in problems if text),
    )


def _samples(x: Array, kind: str) -> Array:
    if kind == "image" and x.ndim == 4:
        images = np.array(x[:IMAGES], np.float32)
        low, high = float(np.nanmin(images)), float(np.nanmax(images))
        return (images - low) / (high - low) if high > low else np.zeros_like(images)
    limit = {"sequence": SERIES, "points": POINTS, "curve": POINTS}.get(kind, ROWS)
    return np.array(x[:limit])


def _counts(y: Array, classes: int) -> tuple[int, ...]:
    return tuple(int(count) for count in np.bincount(y.reshape(-1).astype(np.int64), minlength=classes))
