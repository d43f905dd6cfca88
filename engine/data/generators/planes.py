"""Numbers over the plane: regressions of two inputs whose answer can be shown as a coloured surface."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.data.dataset import Kind, Task
from engine.data.generators.common import Samples, Seed, targets_of_points
from engine.data.generators.curves import CurveNoise
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register


@register
class GaussianPlane(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A slope: y = (x1 + x2) / 2 over the square from -1 to 1. One linear unit learns it."""

    name: ClassVar[str] = "gaussian_plane"
    title: ClassVar[str] = "Slope"
    kind: ClassVar[Kind] = "points"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 30

    samples: Samples = 400
    noise: CurveNoise = 0.05
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(-1.0, 1.0, (self.samples, 2))
        y = x.mean(axis=1) + rng.normal(0.0, 1.0, self.samples) * self.noise
        return targets_of_points(self.name, x, y[:, None], "points", features=("x1", "x2"))


# Centre (x1, x2) and height of each hill or hollow.
HILLS = ((-0.5, 0.5, 1.0), (0.5, 0.5, -1.0), (-0.5, -0.5, -1.0), (0.5, -0.5, 1.0), (0.0, 0.0, 0.6))


@register
class MultiGaussian(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hills and hollows: five Gaussian bumps, up and down, over the square from -1 to 1.

    y = sum of height exp(-((x1 - c1)^2 + (x2 - c2)^2) / (2 * 0.2^2)).
    """

    name: ClassVar[str] = "multi_gaussian"
    title: ClassVar[str] = "Hills and hollows"
    kind: ClassVar[Kind] = "points"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 31

    samples: Samples = 600
    noise: CurveNoise = 0.02
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(-1.0, 1.0, (self.samples, 2))
        y = rng.normal(0.0, 1.0, self.samples) * self.noise
        for first, second, height in HILLS:
            distance = (x[:, 0] - first) ** 2 + (x[:, 1] - second) ** 2
            y += height * np.exp(-distance / (2 * 0.2**2))
        return targets_of_points(self.name, x, y[:, None], "points", features=("x1", "x2"))
