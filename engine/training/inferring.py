"""Asking a network: many samples through one inference plan, at a cost that is known beforehand."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.shapes import size
from engine.training.targets import BoundData, Fill

Array = NDArray[Any]
ELEMENTS = 2**19
"""Values of the largest layer in one batch at most: what fits the cache is quick, and no batch takes long."""
BATCH = 512


class Inferring:
    """Runs samples through the plan of one batch size; the last batch is filled up."""

    def __init__(self, network: Network, output: str, samples: int) -> None:
        widest = max(
            (size(shape) for shapes in network.inference.outputs.values() for shape in shapes), default=1
        )
        self.batch = max(1, min(ELEMENTS // max(widest, 1), BATCH, samples))
        self._plan = network.plan(self.batch, False)
        self._output = output
        self.real: Array | None = None
        """(N, steps) bool of the last answers: True where a step is no padding. None where none is."""
        self._fills: dict[int, tuple[BoundData, Fill]] = {}
        self.seconds_per_batch = self._measure()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample's answer."""
        return tuple(self._plan.predictions[self._output].shape[1:])

    def affordable(self, seconds: float) -> int:
        """Return how many samples can be asked in about so many seconds."""
        return int(seconds / max(self.seconds_per_batch, 1e-9)) * self.batch

    def ask(self, data: BoundData) -> Array:
        """Return the answers (N, *shape) for bound samples."""
        if id(data) not in self._fills:
            self._fills[id(data)] = (data, data.filler(self._plan))
        _, fill = self._fills[id(data)]
        order = np.arange(-(-data.samples // self.batch) * self.batch) % data.samples
        answers = np.empty((len(order), *self.shape), self._plan.dtype)
        mask = self._plan.masks.get(self._output)
        real = None if mask is None else np.empty((len(order), *mask.shape[1:]), bool)
        for start in range(0, len(order), self.batch):
            fill(order[start : start + self.batch])
            self._plan.forward()
            answers[start : start + self.batch] = self._plan.predictions[self._output]
            if mask is not None and real is not None:
                real[start : start + self.batch] = mask
        self.real = None if real is None else real[: data.samples]
        return answers[: data.samples]

    def ask_array(self, x: Array) -> Array:
        """Return the answers (N, *shape) for samples (N, *input shape) of a network with one input."""
        (buffer,) = self._plan.inputs.values()
        answers = np.empty((len(x), *self.shape), self._plan.dtype)
        for start in range(0, len(x), self.batch):
            part = x[start : start + self.batch]
            buffer[: len(part)] = part.reshape(len(part), *buffer.shape[1:])
            buffer[len(part) :] = buffer[:1]
            self._plan.forward()
            answers[start : start + len(part)] = self._plan.predictions[self._output][: len(part)]
        return answers

    def _measure(self) -> float:
        for buffer in self._plan.inputs.values():
            buffer.fill(0)
        best = np.inf
        with np.errstate(all="ignore"):
            for _ in range(2):  # the first time it is cold
                begun = time.perf_counter()
                self._plan.forward()
                best = min(best, time.perf_counter() - begun)
        return float(best)
