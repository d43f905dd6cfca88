"""How good generated samples are, in numbers that need no eye: near to real ones, and as varied as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.shapes import size
from engine.data.dataset import Split
from engine.design.phases import generated_at
from engine.training.sampling import Sampling
from engine.training.targets import BoundData

Array = NDArray[Any]

SAMPLES = 500
"""Generated samples, and real ones, that are compared."""
NEIGHBORS = 5
LABELS = ("sample_precision", "sample_coverage")
MODE_LABELS = ("sample_quality", "sample_modes")
NEAR = 3.0
"""Standard deviations from the centre of a class up to which a sample belongs to it."""
SHARE = 0.25
"""A class counts as covered where at least this part of its fair share of the samples is near to it."""
WIDEST = 3
"""Classes are clouds around a centre in so many dimensions at most; an image's are not."""


class SampleFigures:
    """Compares generated samples with real ones.

    sample_precision: the share of generated samples that lie within the reach of a real one, the distance to its fifth
    neighbour among 500 (Kynkäänniemi et al. 2019, Improved precision and recall metric for generative models).
    sample_coverage: the share of real samples within whose reach a generated one lies (Naeem et al. 2020, Reliable
    fidelity and diversity metrics for generative models). Real samples of the same kind have about 0.9 to 1 of both.

    For points whose classes are known: sample_modes, how many classes are covered, and sample_quality, the share of
    samples within three standard deviations of the centre of a class.
    """

    def __init__(self, sampling: Sampling, real: Array, labels: Array | None) -> None:
        self._sampling = sampling
        chosen = np.random.default_rng(0).permutation(len(real))[:SAMPLES]
        self._real = real[chosen]
        distances = squared_distances(self._real, self._real)
        place = min(NEIGHBORS, len(chosen) - 1)
        self._reach = np.partition(distances, place, axis=1)[:, place]
        self._modes = None if labels is None else _clouds(real, labels)

    @property
    def has_modes(self) -> bool:
        """Whether the classes of the real samples are known as clouds of points."""
        return self._modes is not None

    def compute(self) -> dict[str, float]:
        """Return the figures with the weights as they are."""
        made = self._sampling().reshape(-1, self._real.shape[1])
        made = np.nan_to_num(made, nan=1e6, posinf=1e6, neginf=-1e6)
        found: dict[str, float] = {}
        if self._modes is not None:
            centres, deviations, shares = self._modes
            reach = np.square(NEAR * deviations)
            near = squared_distances(made, centres) <= reach
            counts = np.bincount(
                np.where(near.any(1), near.argmax(1), len(centres)), minlength=len(centres) + 1
            )
            covered = counts[:-1] >= SHARE * shares * len(made)
            found["sample_modes"] = float(np.count_nonzero(covered))
            found["sample_quality"] = float(near.any(axis=1).mean())
        within = squared_distances(made, self._real) <= self._reach
        found["sample_precision"] = float(within.any(axis=1).mean())
        found["sample_coverage"] = float(within.any(axis=0).mean())
        return found


def sample_figures(network: Network, train: Split, data: BoundData) -> SampleFigures | None:
    """Return what compares a network's samples with those it is trained on; None where it makes none."""
    found = generated_at(network.design, network.inference)
    if found is None or found[1] not in data.inputs:
        return None
    real = data.inputs[found[1]]
    if real.dtype.kind != "f" or len(real) <= NEIGHBORS:
        return None
    labels = train.y if isinstance(train.y, np.ndarray) else None
    known = labels is not None and labels.dtype.kind in "iu" and labels.ndim == 1
    flat = real.reshape(len(real), -1)
    sampling = Sampling(network, SAMPLES, data)
    return SampleFigures(sampling, flat, labels if known and size(real.shape[1:]) <= WIDEST else None)


def squared_distances(a: Array, b: Array) -> Array:
    """Return the squared Euclidean distances (N, M) of rows a (N, D) and b (M, D)."""
    cross = a @ b.T
    cross *= -2
    cross += np.square(a).sum(axis=1)[:, None]
    cross += np.square(b).sum(axis=1)
    return np.maximum(cross, 0, out=cross)


def _clouds(points: Array, labels: Array) -> tuple[Array, Array, Array] | None:
    """Return the centre, the standard deviation along an axis and the share of each class; None for too many."""
    numbers, counts = np.unique(labels, return_counts=True)
    if not 2 <= len(numbers) <= 50 or counts.min() < NEIGHBORS:
        return None
    groups = [points[labels == number].astype(np.float64) for number in numbers]
    centres = np.stack([group.mean(axis=0) for group in groups])
    deviations = np.array([group.std(axis=0).mean() for group in groups])
    return centres.astype(points.dtype), deviations.astype(points.dtype), counts / counts.sum()
