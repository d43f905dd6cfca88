"""Loss and metrics of a trained network on a split, without moving anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.data.dataset import Split
from engine.training.free_figures import FreeFigures, free_labels
from engine.training.meter import Meter, choose_metrics
from engine.training.targets import BoundData, Fill, bind_data

Array = NDArray[Any]
BATCH = 256


def evaluate(
    network: Network,
    data: Split | tuple[Any, Any],
    metrics: Sequence[str] = (),
    batch_size: int | None = None,
) -> dict[str, float]:
    """Return {"loss": ..., "accuracy": ...} over all samples; dropout is off and normalization uses its statistics.

    `metrics` names figures; none picks the one that suits the loss. Raises TrainingError where the data does not fit.
    """
    split = data if isinstance(data, Split) else Split(*(np.asarray(part) for part in data))
    return Evaluator(network, bind_data(network, split), metrics, batch_size)()


class Evaluator:
    """Evaluates one bound split again and again, as validation does after each epoch."""

    def __init__(
        self, network: Network, data: BoundData, metrics: Sequence[str] = (), batch_size: int | None = None
    ) -> None:
        self._network = network
        self._data = data
        self._batch = min(batch_size or BATCH, data.samples)
        chosen = choose_metrics(network, data, metrics)
        self._meter = Meter(chosen)
        self._free = FreeFigures(network, chosen) if free_labels(network, chosen) else None
        self._order = np.arange(data.samples)
        self._fills: dict[int, tuple[Any, Fill]] = {}

    @np.errstate(all="ignore")
    def __call__(self, go_on: Callable[[], bool] | None = None) -> dict[str, float]:
        """Return the loss and the metrics with the weights as they are.

        `go_on` is asked between batches; where it says no there is no result: the mapping is empty.
        """
        meter = self._meter
        meter.reset()
        if self._free is not None:
            self._free.reset()
        for start in range(0, self._data.samples, self._batch):
            if go_on is not None and not go_on():
                return {}
            indices = self._order[start : start + self._batch]
            plan, fill = self._ready(len(indices))
            fill(indices)
            plan.forward()
            meter.add(plan.loss(), plan)
            if self._free is not None:
                self._free.add(plan)
        return meter.result() | (self._free.result() if self._free is not None else {})

    def _ready(self, batch: int) -> tuple[Any, Fill]:
        if batch not in self._fills:
            plan = self._network.plan(batch, False, keep=self._free is not None)
            self._fills[batch] = (plan, self._data.filler(plan))
        return self._fills[batch]
