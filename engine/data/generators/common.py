"""Declared options and helpers that the generators share."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from engine.data.dataset import Kind
from engine.data.raw import RawData

Array = npt.NDArray[Any]

Samples = Annotated[int, Meta(ge=2, le=1_000_000, description="How many samples are made.")]
Noise = Annotated[
    float,
    Meta(ge=0, le=10, description="Standard deviation of the Gaussian noise, in the units of the plot."),
]
Seed = Annotated[
    int, Meta(ge=0, le=2**63 - 1, description="The same number makes the same samples every time.")
]


def class_sizes(samples: int, classes: int) -> list[int]:
    """`samples` shared out over the classes, as evenly as whole numbers allow, the first ones taking the rest."""
    share, rest = divmod(samples, classes)
    return [share + (index < rest) for index in range(classes)]


def labels_of(sizes: list[int]) -> Array:
    """Class numbers of samples that lie class after class: (sum of sizes,) int64."""
    return np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)


def labelled_points(
    name: str,
    points: Array,
    labels: Array,
    classes: tuple[str, ...],
    rng: np.random.Generator,
    *,
    noise: float,
) -> RawData:
    """Points (N, 2) of classes, moved by the noise and mixed."""
    moved = points + rng.normal(0.0, 1.0, points.shape) * noise
    order = rng.permutation(len(moved))
    return RawData(
        x=moved[order],
        y=labels[order].astype(np.int64),
        task="classification",
        place=name,
        kind="points",
        classes=classes,
        feature_names=("x1", "x2"),
        target_names=("class",),
    )


def targets_of_points(
    name: str, x: Array, y: Array, kind: Kind, *, features: tuple[str, ...], targets: tuple[str, ...] = ("y",)
) -> RawData:
    """A regression's samples: x (N, features), y (N, targets)."""
    return RawData(
        x=x, y=y, task="regression", place=name, kind=kind, feature_names=features, target_names=targets
    )
