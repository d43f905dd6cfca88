"""Curves y = f(x) to be approximated: what one hidden layer can bend itself to, seen at a glance."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from engine.data.dataset import Kind, Task
from engine.data.generators.common import Samples, Seed, targets_of_points
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

Array = npt.NDArray[Any]

CurveNoise = Annotated[
    float, Meta(ge=0, le=10, description="Standard deviation of the Gaussian noise added to y.")
]


class Curve(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the curves: x evenly spaced from -1 to 1, y = f(x) + noise."""

    kind: ClassVar[Kind] = "curve"
    task: ClassVar[Task] = "regression"

    samples: Samples = 200
    noise: CurveNoise = 0.0
    seed: Seed = 0

    def curve(self, x: Array) -> Array:
        """f(x), element by element."""
        raise NotImplementedError

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        x = np.linspace(-1.0, 1.0, self.samples)
        y = self.curve(x) + rng.normal(0.0, 1.0, self.samples) * self.noise
        return targets_of_points(self.name, x[:, None], y[:, None], "curve", features=("x",))


@register
class Sine(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sine: y = sin(pi frequency x), for x from -1 to 1."""

    name: ClassVar[str] = "sine"
    title: ClassVar[str] = "Sine"
    order: ClassVar[int] = 20

    noise: CurveNoise = 0.05
    frequency: Annotated[float, Meta(ge=0.1, le=50, description="Whole waves between -1 and 1.")] = 1.0

    def curve(self, x: Array) -> Array:
        return np.sin(np.pi * self.frequency * x)


@register
class Polynomial(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A polynomial: the Chebyshev polynomial of a degree, which stays between -1 and 1 and has degree - 1 bends."""

    name: ClassVar[str] = "polynomial"
    title: ClassVar[str] = "Polynomial"
    order: ClassVar[int] = 21

    degree: Annotated[int, Meta(ge=1, le=30, description="The highest power of x.")] = 3

    def curve(self, x: Array) -> Array:
        return np.cos(self.degree * np.arccos(np.clip(x, -1, 1)))


@register
class AbsoluteValue(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The absolute value: y = |x|. Two ReLU units make it exactly, for |x| = max(0, x) + max(0, -x)."""

    name: ClassVar[str] = "absolute_value"
    title: ClassVar[str] = "Absolute value"
    order: ClassVar[int] = 22

    def curve(self, x: Array) -> Array:
        return np.abs(x)


@register
class Step(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step: y = 0 for x < 0, 1/2 at 0 and 1 for x > 0. A smooth network can only steepen towards it."""

    name: ClassVar[str] = "step"
    title: ClassVar[str] = "Step"
    order: ClassVar[int] = 23

    def curve(self, x: Array) -> Array:
        return np.heaviside(x, 0.5)


@register
class Bump(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bump: y = exp(-(x / width)^2 / 2). Two units that bend against each other make one."""

    name: ClassVar[str] = "bump"
    title: ClassVar[str] = "Bump"
    order: ClassVar[int] = 24

    width: Annotated[float, Meta(ge=0.01, le=2, description="Half the width, as a standard deviation.")] = 0.2

    def curve(self, x: Array) -> Array:
        return np.exp(-0.5 * (x / self.width) ** 2)


@register
class Sinc(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Damped waves: y = sin(u) / u with u = pi frequency x (1 where u is 0)."""

    name: ClassVar[str] = "sinc"
    title: ClassVar[str] = "Sinc"
    order: ClassVar[int] = 25

    frequency: Annotated[float, Meta(ge=0.1, le=50, description="Half waves between 0 and 1.")] = 4.0

    def curve(self, x: Array) -> Array:
        return np.sinc(self.frequency * x)


@register
class Sawtooth(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Teeth: a polygonal line up and down between 0 and 1.

    Each further ReLU layer can double the teeth that the same number of units makes: depth against width.
    """

    name: ClassVar[str] = "sawtooth"
    title: ClassVar[str] = "Teeth"
    order: ClassVar[int] = 26

    teeth: Annotated[int, Meta(ge=1, le=64, description="How many teeth between -1 and 1.")] = 4

    def curve(self, x: Array) -> Array:
        phase = (x + 1.0) / 2.0 * self.teeth
        return 1.0 - np.abs(2.0 * (phase - np.floor(phase)) - 1.0)


@register
class UnitInterval(Curve, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function on [0, 1] to be approximated: a wave, a bump, stairs or a bent line, for x from 0 to 1."""

    name: ClassVar[str] = "unit_interval"
    title: ClassVar[str] = "Function on [0, 1]"
    order: ClassVar[int] = 19

    function: Annotated[
        Literal["wave", "bump", "stairs", "polygon"],
        Meta(
            description="sin(3 pi x) x; exp(-60 (x - 1/2)^2); four stairs; a line with corners at 0.2, 0.5 and 0.7."
        ),
    ] = "wave"

    def curve(self, x: Array) -> Array:
        if self.function == "bump":
            return np.exp(-60 * (x - 0.5) ** 2)
        if self.function == "stairs":
            return np.minimum(np.floor(4 * x), 3) / 3
        if self.function == "polygon":
            return np.interp(x, [0, 0.2, 0.5, 0.7, 1], [0, 0.8, 0.1, 1, 0.3])
        return np.sin(3 * np.pi * x) * x

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        x = np.linspace(0.0, 1.0, self.samples)
        y = self.curve(x) + rng.normal(0.0, 1.0, self.samples) * self.noise
        return targets_of_points(self.name, x[:, None], y[:, None], "curve", features=("x",))
