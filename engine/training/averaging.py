"""The exponential moving average of the weights, kept beside a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.design.settings import TrainingSettings
from engine.optimizers.base import CHUNK

Array = NDArray[Any]


class WeightAverage:
    """Follows the weights of a run: their average is what is validated and what the run ends with.

    Formula: after the first step a = w; after each further one a = m a + (1 - m) w, with m = ema_momentum. Every
    ema_overwrite_frequency steps the weights themselves become the average. Only parameters that move are averaged;
    the statistics of normalizations stay those that were gathered with the weights themselves, as in Keras 3.
    Source: Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging; Keras 3, use_ema.
    """

    def __init__(self, network: Network, settings: TrainingSettings) -> None:
        live = network.parameter_vector
        self.vector = live.copy()
        self.steps = 0
        self.raw: Array | None = None
        """The weights that the optimizer goes on from, while the average is in their place."""
        self._live, self._segments = live, network.segments
        self._every = settings.ema_overwrite_frequency
        self._rest = live.dtype.type(1 - settings.ema_momentum)
        work = np.empty(min(CHUNK, live.size), live.dtype)
        self._chunks = [
            (live[part], self.vector[part], work[: part.stop - part.start])
            for start, stop in self._segments
            for part in (slice(b, min(b + CHUNK, stop)) for b in range(start, stop, CHUNK))
        ]

    def update(self) -> None:
        """Take in the weights after a step."""
        subtract, multiply, add = np.subtract, np.multiply, np.add
        self.steps += 1
        rest = self._rest
        if self.steps == 1:
            np.copyto(self.vector, self._live)
        else:
            for live, average, work in self._chunks:
                subtract(live, average, work)
                multiply(work, rest, work)
                add(average, work, average)
        if self._every and not self.steps % self._every:
            np.copyto(self._live, self.vector)

    def show(self) -> None:
        """Put the average in the place of the weights, and keep these."""
        if self.raw is None and self.steps:
            self.raw = self._live.copy()
            np.copyto(self._live, self.vector)

    def hide(self) -> None:
        """Put the weights back."""
        if self.raw is not None:
            np.copyto(self._live, self.raw)
            self.raw = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Put the average in the place of the weights for a moment."""
        held = self.raw is not None
        self.show()
        try:
            yield
        finally:
            if not held:
                self.hide()

    def load(self, steps: int, arrays: Mapping[str, Array]) -> None:
        """Take back the average of a held run; one that had none begins it with its next step."""
        self.raw = None
        found = arrays.get("average")
        self.steps = steps if found is not None and found.shape == self.vector.shape else 0
        if found is not None and self.steps:
            np.copyto(self.vector, found)
