"""The samples that a picture of predictions shows: a fixed few of each part, and what is true of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.data.dataset import DataSet, Split

Array = NDArray[Any]
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Question:
    """What is asked: which output of which network, on which data, and what its answers mean."""

    network: Network
    data: DataSet
    output: str
    classifies: bool
    classes: tuple[str, ...]
    targets: tuple[str, ...]
    reconstructs: bool

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """(height, width, channels) of a sample that is an image, else None."""
        shape = self.data.input_shape
        if self.data.kind != "image" or len(shape) != 3 or isinstance(self.data.train.x, Mapping):
            return None
        return shape[0], shape[1], shape[2]

    def truth(self, split: Split) -> Array:
        """Return what is true of the samples: class numbers (N, ...) int64, or targets (N, K) in their own units."""
        y = split.y
        if isinstance(y, Mapping):
            name = self.network.design.nodes[self.output].name
            y = y[name] if name in y else y[self.output]
        if not self.classifies:
            return self.in_own_units(y.reshape(len(y), -1))
        if y.dtype.kind in "iub":
            return y.astype(np.int64)
        if y.ndim > 1 and y.shape[-1] == len(self.classes):
            return np.asarray(y.argmax(axis=-1), np.int64)
        return (y.reshape(len(y), -1)[:, 0] > 0.5).astype(np.int64)

    def probabilities(self, answers: Array) -> Array:
        """Return the answers (..., units) as shares of 1 for each class (..., classes)."""
        answers = np.nan_to_num(answers, nan=0.0, posinf=1.0, neginf=0.0)
        shares = np.clip(answers, 0.0, 1.0)
        if shares.shape[-1] == 1 and len(self.classes) == 2:
            return np.concatenate((1.0 - shares, shares), axis=-1)
        total = shares.sum(axis=-1, keepdims=True)
        return np.where(total > 1e-12, shares / np.maximum(total, 1e-12), 1.0 / shares.shape[-1])

    def decisions(self, answers: Array) -> Array:
        """Return the number of the class that is answered (...,)."""
        if answers.shape[-1] == 1 and len(self.classes) == 2:
            return (answers[..., 0] > 0.5).astype(np.int64)
        return np.asarray(np.nan_to_num(answers, nan=-np.inf).argmax(axis=-1), np.int64)

    def in_own_units(self, values: Array) -> Array:
        """Return targets or answers (N, K) in the units of the data before it was scaled."""
        preparation = self.data.preprocessing
        if self.reconstructs or len(preparation.target_offset) != values.shape[-1]:
            return values
        return preparation.inverse_target(values)

    def features_in_own_units(self, x: Array) -> Array:
        """Return features (N, F) in the units of the data before it was scaled."""
        preparation = self.data.preprocessing
        if preparation.offset and len(preparation.offset) != x.shape[-1]:
            return x
        return preparation.inverse(x)


@dataclass(frozen=True)
class Subset:
    """Samples of several parts, one after the other; `part` (N,) uint8 are places in `PARTS`."""

    split: Split
    part: Array

    def count(self, name: str) -> int:
        """Return how many samples are of a part."""
        return int(np.count_nonzero(self.part == PARTS.index(name)))


def choose_samples(parts: Mapping[str, Split], limit: int) -> Subset:
    """Return at most `limit` samples, the same every time: all of small parts, a fair share of large ones."""
    sizes = {name: len(split) for name, split in parts.items() if len(split)}
    shares = _share(sizes, max(limit, len(sizes)))
    taken, numbers = [], []
    for name, count in shares.items():
        split = parts[name]
        # A stream of its own: the run's streams must not know that somebody looks.
        chosen = np.arange(len(split))
        if count < len(split):
            chosen = np.sort(np.random.default_rng(0).permutation(len(split))[:count])
        taken.append(split.take(chosen))
        numbers.append(np.full(count, PARTS.index(name), np.uint8))
    return Subset(_joined(taken), np.concatenate(numbers))


def _share(sizes: Mapping[str, int], limit: int) -> dict[str, int]:
    """Share out the limit: the training part gets what the others, at most a quarter each, leave over."""
    if sum(sizes.values()) <= limit:
        return dict(sizes)
    shares = {name: max(1, min(count, limit // 4)) for name, count in sizes.items()}
    first = next(iter(sizes))
    others = sum(count for name, count in shares.items() if name != first)
    shares[first] = max(1, min(sizes[first], limit - others))
    return shares


def _joined(splits: list[Split]) -> Split:
    def join(values: list[Any]) -> Any:
        if isinstance(values[0], Mapping):
            return {name: np.concatenate([value[name] for value in values]) for name in values[0]}
        return np.concatenate(values)

    return Split(join([split.x for split in splits]), join([split.y for split in splits]))
