"""How raw values become the network's: divisor, scaling and stand-ins, fitted on the training part and kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from engine.data.tokens import Unit

Array = npt.NDArray[Any]

# Samples taken at a time over large integer arrays, so that the wide sums need no wide copy of the whole.
CHUNK = 4096


class ColumnEncoding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one column of a table became numbers.

    number: as it stands. boolean: `categories` hold the two texts, for 0 and 1. category: one feature per
    category (one-hot), or the category's number where the column is the class to predict.
    """

    name: str
    kind: Literal["number", "boolean", "category"]
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many features the column becomes."""
        return len(self.categories) if self.kind == "category" else 1


class Preprocessing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fitted preparation of a data set: a plain value, saved with a design so that new data is treated alike.

    Per feature of the last axis (columns of a table, channels of an image, features of a step):
    x = (raw / divisor - offset) / scale, and `fill` stands in for missing raw values. Empty tuples mean none.
    Targets: y = (raw - target_offset) / target_scale.
    """

    divisor: float = 1.0
    offset: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    fill: tuple[float, ...] = ()
    target_offset: tuple[float, ...] = ()
    target_scale: tuple[float, ...] = ()
    feature_columns: tuple[ColumnEncoding, ...] = ()
    target_columns: tuple[ColumnEncoding, ...] = ()
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    # Of lines of text: the characters numbered from 1, and the length of the sequences.
    vocabulary: tuple[str, ...] = ()
    steps: int = 0
    # What the tokens of `vocabulary` and of a sequence's classes are.
    unit: Unit = "character"

    def transform(self, raw: Array) -> Array:
        """Raw features (N, ..., F) of any number type -> float32 of the same shape; `raw` is left as it is."""
        work = np.float32 if raw.dtype.kind in "ub" and raw.dtype.itemsize == 1 else np.float64
        if self.divisor == 1.0:
            x = raw.astype(work)
        else:
            x = np.divide(raw, work(self.divisor), dtype=work)
        if self.fill:
            x = np.where(np.isfinite(x), x, np.asarray(self.fill, dtype=work))
        if self.offset:
            np.subtract(x, np.asarray(self.offset, dtype=work), out=x)
            np.divide(x, np.asarray(self.scale, dtype=work), out=x)
        with np.errstate(over="ignore"):
            return x.astype(np.float32, copy=False)

    def transform_target(self, raw: Array) -> Array:
        """Raw regression targets (N, targets) -> float32, scaled where the target is."""
        y = raw.astype(np.float64)
        if self.target_offset and y.shape[-1]:  # data to predict has no target columns
            y = (y - np.asarray(self.target_offset)) / np.asarray(self.target_scale)
        with np.errstate(over="ignore"):
            return y.astype(np.float32)

    def inverse_target(self, y: Array) -> Array:
        """Predictions (N, targets) back in the units of the raw target: y * target_scale + target_offset."""
        if not self.target_offset:
            return y
        back = y.astype(np.float64) * np.asarray(self.target_scale) + np.asarray(self.target_offset)
        return back.astype(y.dtype if y.dtype.kind == "f" else np.float64)

    def inverse(self, x: Array) -> Array:
        """Features (N, ..., F) back in raw units, as float64 (for showing a sample as it was)."""
        back = x.astype(np.float64)
        if self.offset:
            back = back * np.asarray(self.scale) + np.asarray(self.offset)
        return back * self.divisor


def fit_scaling(
    raw: Array, kind: str, divisor: float, fixed: Array
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(offset, scale) per feature of the last axis of the training samples, missing values (NaN) left out.

    standardize: mean and standard deviation (over N, not N - 1); min_max: minimum and range. A feature that does
    not vary gets scale 1, and `fixed` ones (F,) bool, which are 0/1 already, keep offset 0 and scale 1.
    """
    if kind == "none" or raw.size == 0:
        return (), ()
    if kind == "standardize":
        offset, scale = _mean_and_deviation(raw)
    else:
        offset, highest = _extremes(raw)
        scale = highest - offset
    offset, scale = offset / divisor, scale / divisor
    constant = ~(scale > 1e-12 * np.maximum(np.abs(offset), 1e-300))
    scale = np.where(constant, 1.0, scale)
    offset, scale = np.where(fixed, 0.0, offset), np.where(fixed, 1.0, scale)
    return tuple(map(float, offset)), tuple(map(float, scale))


def fit_fill(raw: Array) -> tuple[float, ...]:
    """Mean of the present training values per feature of the last axis; 0 for a feature that has none."""
    flat = raw.reshape(-1, raw.shape[-1]).astype(np.float64)
    present = np.isfinite(flat)
    counts = np.maximum(present.sum(axis=0), 1)
    return tuple(map(float, np.where(present, flat, 0.0).sum(axis=0) / counts))


def fit_target_scaling(raw: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(mean, standard deviation) per regression target (N, targets); deviation 1 for one that does not vary."""
    return fit_scaling(raw, "standardize", 1.0, np.zeros(raw.shape[-1], dtype=bool))


def _chunks(raw: Array) -> Iterator[Array]:
    for start in range(0, len(raw), CHUNK):
        yield raw[start : start + CHUNK].reshape(-1, raw.shape[-1]).astype(np.float64)


def _mean_and_deviation(raw: Array) -> tuple[Array, Array]:
    # Two passes: the sum of squares alone loses every digit of a column like 1.7e9 +- 1.
    count, total = _sums(raw, np.zeros(raw.shape[-1]), power=1)
    mean = total / np.maximum(count, 1)
    _, squares = _sums(raw, mean, power=2)
    return mean, np.sqrt(squares / np.maximum(count, 1))


def _sums(raw: Array, centre: Array, power: int) -> tuple[Array, Array]:
    count, total = np.zeros(raw.shape[-1]), np.zeros(raw.shape[-1])
    for chunk in _chunks(raw):
        present = np.isfinite(chunk)
        count += present.sum(axis=0)
        total += np.where(present, (chunk - centre) ** power, 0.0).sum(axis=0)
    return count, total


def _extremes(raw: Array) -> tuple[Array, Array]:
    lowest, highest = np.full(raw.shape[-1], np.inf), np.full(raw.shape[-1], -np.inf)
    for chunk in _chunks(raw):
        present = np.isfinite(chunk)
        lowest = np.minimum(lowest, np.where(present, chunk, np.inf).min(axis=0))
        highest = np.maximum(highest, np.where(present, chunk, -np.inf).max(axis=0))
    absent = ~np.isfinite(lowest)
    return np.where(absent, 0.0, lowest), np.where(absent, 0.0, highest)
