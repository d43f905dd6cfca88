"""Classes of points in the plane: the sets on which one sees what a network can separate."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.data.generators.common import Noise, Samples, Seed, class_sizes, labelled_points, labels_of
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register


@register
class Xor(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Four squares as on a chessboard; the class says whether both coordinates have the same sign.

    No straight line separates them: the smallest problem that needs a hidden layer (Minsky and Papert,
    Perceptrons, 1969). Points are uniform in -1 to 1, with a small gap along the axes.
    """

    name: ClassVar[str] = "xor"
    title: ClassVar[str] = "Exclusive or"
    order: ClassVar[int] = 10

    samples: Samples = 400
    noise: Noise = 0.0
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        gap = 0.05
        quarters = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]], dtype=float)
        corner = np.arange(self.samples) % 4
        points = rng.uniform(gap, 1.0, (self.samples, 2)) * quarters[corner]
        return labelled_points(
            self.name, points, corner // 2, ("same sign", "different signs"), rng, noise=self.noise
        )


@register
class Circles(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ring around a disc. In the plane no line parts them; the distance from the centre does at once."""

    name: ClassVar[str] = "circles"
    title: ClassVar[str] = "Circles"
    order: ClassVar[int] = 11

    samples: Samples = 400
    noise: Noise = 0.05
    seed: Seed = 0
    factor: Annotated[
        float,
        Meta(
            ge=0.05,
            le=0.95,
            description="Radius of the inner disc; the ring reaches from a bit beyond it to 1.",
        ),
    ] = 0.5

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        inner, outer = class_sizes(self.samples, 2)
        ring_start = self.factor + 0.5 * (1.0 - self.factor)
        # The square root spreads points evenly over an area rather than along a radius.
        radius = np.concatenate(
            [
                self.factor * np.sqrt(rng.uniform(0, 1, inner)),
                np.sqrt(rng.uniform(ring_start**2, 1.0, outer)),
            ]
        )
        angle = rng.uniform(0, 2 * np.pi, self.samples)
        points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        return labelled_points(
            self.name, points, labels_of([inner, outer]), ("inner", "outer"), rng, noise=self.noise
        )


@register
class Moons(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two half circles that reach into each other: (cos t, sin t) and (1 - cos t, 1/2 - sin t), t from 0 to pi."""

    name: ClassVar[str] = "moons"
    title: ClassVar[str] = "Moons"
    order: ClassVar[int] = 12

    samples: Samples = 400
    noise: Noise = 0.1
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        sizes = class_sizes(self.samples, 2)
        upper, lower = (rng.uniform(0, np.pi, size) for size in sizes)
        points = np.concatenate(
            [
                np.column_stack([np.cos(upper), np.sin(upper)]),
                np.column_stack([1 - np.cos(lower), 0.5 - np.sin(lower)]),
            ]
        )
        return labelled_points(self.name, points, labels_of(sizes), ("upper", "lower"), rng, noise=self.noise)


@register
class Blobs(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gaussian clouds with centres evenly on a circle, one class each.

    Two are parted by a line; more show how softmax shares out the plane. Eight with little noise are the ring
    on which generative adversarial networks are seen to drop modes.
    """

    name: ClassVar[str] = "blobs"
    title: ClassVar[str] = "Gaussian blobs"
    order: ClassVar[int] = 13

    samples: Samples = 400
    noise: Noise = 0.2
    seed: Seed = 0
    classes: Annotated[int, Meta(ge=2, le=50, description="How many clouds, each a class.")] = 3
    radius: Annotated[float, Meta(ge=0, le=100, description="Distance of the centres from the origin.")] = 1.0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        sizes = class_sizes(self.samples, self.classes)
        labels = labels_of(sizes)
        angle = 2 * np.pi * labels / self.classes + np.pi / 2
        points = self.radius * np.column_stack([np.cos(angle), np.sin(angle)])
        names = tuple(f"cloud {index + 1}" for index in range(self.classes))
        return labelled_points(self.name, points, labels, names, rng, noise=self.noise)


@register
class TwoSpirals(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two spirals wound around each other: r = t, angle = 2 pi turns t (+ pi for the second), t from 0 to 1.

    The hard one among the plane's problems (Lang and Witbrock, Learning to tell two spirals apart, 1988): more
    turns need more units or more layers. Points are spread evenly along the arms.
    """

    name: ClassVar[str] = "two_spirals"
    title: ClassVar[str] = "Two spirals"
    order: ClassVar[int] = 14

    samples: Samples = 400
    noise: Noise = 0.02
    seed: Seed = 0
    turns: Annotated[float, Meta(ge=0.1, le=10, description="How often each arm winds round the centre.")] = (
        1.5
    )

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        sizes = class_sizes(self.samples, 2)
        # Density along the radius grows with it, so that the outer windings are not thin; the offset keeps
        # the first points of both arms apart at the centre.
        along = np.concatenate([np.sqrt(rng.uniform(0.01, 1.0, size)) for size in sizes])
        labels = labels_of(sizes)
        angle = 2 * np.pi * self.turns * along + np.pi * labels
        points = np.column_stack([along * np.cos(angle), along * np.sin(angle)])
        return labelled_points(self.name, points, labels, ("first arm", "second arm"), rng, noise=self.noise)
