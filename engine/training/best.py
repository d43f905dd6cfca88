"""The weights of the best epoch, kept beside the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.design.settings import TrainingSettings

Array = NDArray[Any]


class BestWeights:
    """Remembers the least score (validation loss, or training loss where nothing is validated) and its weights.

    The weights are only kept and put back where a validation tells which are best: by the training loss alone the
    "best" epoch would be the one that overfits most.
    """

    def __init__(self, network: Network, settings: TrainingSettings, *, validated: bool) -> None:
        self._network = network
        self._keeps = settings.restore_best and validated
        self.score = math.inf
        self.epoch = 0
        self._arrays: tuple[Array, Array] | None = None
        self.before_restore: tuple[Array, Array] | None = None
        """The last weights, where the best ones were put in their place at the end of the run."""

    def consider(self, score: float, epoch: int) -> None:
        """Take in the score of an epoch that has just ended."""
        if not score < self.score:
            return
        self.score, self.epoch = score, epoch
        if not self._keeps:
            return
        live = self._network.parameter_vector, self._network.store.statistics
        if self._arrays is None:
            self._arrays = live[0].copy(), live[1].copy()
        for kept, array in zip(self._arrays, live, strict=True):
            np.copyto(kept, array)

    def restore(self, epoch: int) -> int:
        """Put the best weights back where an earlier epoch than `epoch` had them; return that epoch, or 0."""
        if self._arrays is None or self.epoch == epoch:
            return 0
        live = self._network.parameter_vector, self._network.store.statistics
        self.before_restore = live[0].copy(), live[1].copy()
        for kept, array in zip(self._arrays, live, strict=True):
            np.copyto(array, kept)
        return self.epoch

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return what is remembered, as facts and arrays."""
        facts = {"score": self.score if math.isfinite(self.score) else None, "epoch": self.epoch}
        if self._arrays is None:
            return facts, {}
        return facts, {"best_vector": self._arrays[0].copy(), "best_statistics": self._arrays[1].copy()}

    def load(self, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Take back what `state` gave."""
        self.score = math.inf if facts["score"] is None else float(facts["score"])
        self.epoch = int(facts["epoch"])
        if self._keeps and "best_vector" in arrays:
            self._arrays = arrays["best_vector"].copy(), arrays["best_statistics"].copy()
