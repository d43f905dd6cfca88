"""What every source ends up as: training, validation and test parts of arrays, ready for a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.preprocessing import Preprocessing

Array = npt.NDArray[Any]
Arrays = Array | dict[str, Array]
Kind = Literal["points", "curve", "image", "table", "sequence"]
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Split:
    """One part of a data set.

    x: features (N, *input_shape) float32. y: class numbers (N,) int64 of a classification ((N, T) where each
    step of a sequence has one), or targets (N, targets) float32 of a regression. Either may be a dictionary of such
    arrays by node name, for networks of several inputs or outputs; all have the same N.
    """

    x: Arrays
    y: Arrays

    def __post_init__(self) -> None:
        counts = {name: len(array) for name, array in self.arrays().items()}
        if len(set(counts.values())) > 1:
            raise DataError(f"The arrays of a split differ in their number of samples: {counts}.")

    def __len__(self) -> int:
        return len(next(iter(self.arrays().values())))

    def arrays(self) -> dict[str, Array]:
        """All arrays by a stable name: "x", "y", or "x/NAME" and "y/NAME" of dictionaries, names sorted."""
        found: dict[str, Array] = {}
        for prefix, value in (("x", self.x), ("y", self.y)):
            if isinstance(value, Mapping):
                found |= {f"{prefix}/{name}": value[name] for name in sorted(value)}
            else:
                found[prefix] = value
        return found

    def take(self, indices: Array | slice) -> Split:
        """The samples of these indices, as a split of its own (a view for a slice, else a copy)."""
        return Split(_take(self.x, indices), _take(self.y, indices))


def _take(arrays: Arrays, indices: Array | slice) -> Arrays:
    if isinstance(arrays, Mapping):
        return {name: array[indices] for name, array in arrays.items()}
    return arrays[indices]


@dataclass(frozen=True)
class DataSet:
    """A data source, read, encoded, split and scaled; treat its arrays as read-only.

    `classes` names the classes in the order of their numbers (empty for a regression). `input_shape` is the
    shape of one sample without the batch axis; `output_units` the number of classes or of targets.
    `preprocessing` tells how raw values became these and turns predictions back into the target's units.
    `vocabulary`, of sequences of characters, are the characters numbered from 1 (0 pads), so that an embedding
    needs len(vocabulary) + 1 rows; empty elsewhere. `report` says in plain sentences what was done on the way:
    rows dropped, columns one-hot encoded, ...
    """

    name: str
    title: str
    description: str
    licence: str
    kind: Kind
    train: Split
    validation: Split | None
    test: Split | None
    task: Task
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    input_shape: tuple[int, ...]
    output_units: int
    preprocessing: Preprocessing
    report: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()

    def parts(self) -> dict[str, Split]:
        """The parts that are there, by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: part for name, part in named.items() if part is not None}

    def content_hash(self) -> str:
        """SHA-256 (hexadecimal) over the arrays, their shapes and types, and the classes; computed once.

        Equal for equal content on every machine, so that a run can state what it was trained on. Names, titles
        and reports do not enter; neither does the place the data came from.
        """
        return self._digest

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256()
        digest.update(repr(("gradloom data 1", self.task, self.classes)).encode())
        for part_name, part in self.parts().items():
            for name, array in part.arrays().items():
                portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
                digest.update(repr((part_name, name, portable.dtype.str, portable.shape)).encode())
                digest.update(portable.data.cast("B") if portable.size else b"")
        return digest.hexdigest()


def one_hot(labels: Array, classes: int, dtype: npt.DTypeLike = np.float32) -> Array:
    """One-hot rows of class numbers: (...,) int -> (..., classes), 1 at the class and 0 elsewhere.

    Raises DataError where a label is not one of 0 .. classes - 1.
    """
    labels = np.asarray(labels)
    if labels.size and not (int(labels.min()) >= 0 and int(labels.max()) < classes):
        raise DataError(
            f"A class number lies outside 0 to {classes - 1}: the labels run from {labels.min()} to {labels.max()}."
        )
    encoded = np.zeros((labels.size, classes), dtype=dtype)
    encoded[np.arange(labels.size), labels.reshape(-1).astype(np.int64)] = 1
    return encoded.reshape(*labels.shape, classes)
