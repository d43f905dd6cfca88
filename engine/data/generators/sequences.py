"""Short sequences that show what recurrent networks remember and what they forget."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.data.dataset import Kind, Task
from engine.data.generators.common import Samples, Seed, targets_of_points
from engine.data.generators.curves import CurveNoise
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

Steps = Annotated[int, Meta(ge=2, le=1000, description="Length of each sequence.")]


@register
class SineSeries(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Windows of a wave: `steps` successive values in, the next value to be predicted.

    The wave is sin(t) + 1/2 sin(2.7 t), sampled every 0.2; windows start one sample apart.
    """

    name: ClassVar[str] = "sine_series"
    title: ClassVar[str] = "Next value of a wave"
    kind: ClassVar[Kind] = "sequence"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 40

    samples: Samples = 600
    noise: CurveNoise = 0.02
    seed: Seed = 0
    steps: Steps = 20

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        time = 0.2 * np.arange(self.samples + self.steps)
        wave = np.sin(time) + 0.5 * np.sin(2.7 * time) + rng.normal(0.0, 1.0, time.size) * self.noise
        windows = np.lib.stride_tricks.sliding_window_view(wave, self.steps)[: self.samples]
        x = np.ascontiguousarray(windows)[:, :, None]
        y = wave[self.steps :, None]
        return targets_of_points(self.name, x, y, "sequence", features=("value",), targets=("next value",))


@register
class HourlyDemand(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Windows of an hourly demand, such as of electricity: `steps` hours in, the next hour to be predicted.

    Demand follows the hour of the day, with a peak in the morning and one in the evening, is lower at weekends, and
    moves with a weather that lasts for days: level = 1 + day(hour) (0.6 at weekends) + weather, where the weather
    keeps 0.98 of itself from hour to hour and each hour adds noise. Windows start an hour apart, so that validation
    samples should be the last ones, not mixed in: leave shuffle off.
    """

    name: ClassVar[str] = "hourly_demand"
    title: ClassVar[str] = "Hourly demand"
    kind: ClassVar[Kind] = "sequence"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 40

    samples: Samples = 4000
    noise: CurveNoise = 0.02
    seed: Seed = 0
    steps: Steps = 48

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        hours = np.arange(self.samples + self.steps)
        hour, day = hours % 24, hours // 24
        peaks = np.exp(-(((hour - 8) / 2.5) ** 2)) + 1.3 * np.exp(-(((hour - 19) / 3.0) ** 2))
        weather = np.zeros(hours.size)
        for now in range(1, hours.size):
            weather[now] = 0.98 * weather[now - 1] + rng.normal(0.0, 1.0) * self.noise
        noise = rng.normal(0.0, 1.0, hours.size) * self.noise
        level = 1.0 + 0.5 * peaks * np.where(day % 7 >= 5, 0.6, 1.0) + weather + noise
        windows = np.lib.stride_tricks.sliding_window_view(level, self.steps)[: self.samples]
        x, y = np.ascontiguousarray(windows)[:, :, None], level[self.steps :, None]
        return targets_of_points(self.name, x, y, "sequence", features=("demand",), targets=("next hour",))


@register
class AddingProblem(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two marked numbers are to be added: each step has a number from 0 to 1 and a mark; two steps are marked.

    The longer the sequence, the longer the memory it takes. Always answering 1 has a mean squared error of 1/6.
    (Hochreiter and Schmidhuber, Long short-term memory, 1997, section 5.4.)
    """

    name: ClassVar[str] = "adding_problem"
    title: ClassVar[str] = "Adding problem"
    kind: ClassVar[Kind] = "sequence"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 41

    samples: Samples = 2000
    seed: Seed = 0
    steps: Steps = 20

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        numbers = rng.uniform(0.0, 1.0, (self.samples, self.steps))
        half = self.steps // 2
        rows = np.arange(self.samples)
        marks = np.zeros_like(numbers)
        marks[rows, rng.integers(0, half, self.samples)] = 1.0
        marks[rows, rng.integers(half, self.steps, self.samples)] = 1.0
        x = np.stack([numbers, marks], axis=-1)
        y = (numbers * marks).sum(axis=1, keepdims=True)
        return targets_of_points(self.name, x, y, "sequence", features=("number", "mark"), targets=("sum",))


@register
class RememberFirst(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The class is told by the first step alone, 1 or -1; what follows is noise.

    As the sequences grow, the gradient of a plain recurrent layer fades before it reaches the first step, while
    an LSTM's need not. (Bengio, Simard and Frasconi, Learning long-term dependencies, 1994.)
    """

    name: ClassVar[str] = "remember_first"
    title: ClassVar[str] = "Remember the first step"
    kind: ClassVar[Kind] = "sequence"
    order: ClassVar[int] = 42

    samples: Samples = 1000
    noise: CurveNoise = 0.3
    seed: Seed = 0
    steps: Steps = 20

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        labels = rng.permutation(np.arange(self.samples) % 2).astype(np.int64)
        x = rng.normal(0.0, 1.0, (self.samples, self.steps, 1)) * self.noise
        x[:, 0, 0] = 2.0 * labels - 1.0
        return RawData(
            x=x,
            y=labels,
            task="classification",
            place=self.name,
            kind="sequence",
            classes=("-1", "1"),
            feature_names=("value",),
            target_names=("first step",),
        )
