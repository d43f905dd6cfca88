"""Figures of a network that runs free on its own outputs, beside those under teacher forcing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.feedback import FreeRun
from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.metrics.base import Metric

Pairs = Mapping[str, Sequence[tuple[str, Metric]]]
PREFIX = "free_"


def free_labels(network: Network, metrics: Pairs) -> tuple[str, ...]:
    """Return the names of the figures of a free run, where some PreviousOutput asks for them."""
    wanted = dict.fromkeys(f.output for f in network.feedbacks if f.layer.validate_free)
    return tuple(PREFIX + label for output in wanted for label, _ in metrics.get(output, ()))


class FreeFigures:
    """Runs batches free and measures them at the steps that are real according to the targets."""

    def __init__(self, network: Network, metrics: Pairs) -> None:
        self._feedbacks = network.feedbacks
        wanted = dict.fromkeys(f.output for f in network.feedbacks if f.layer.validate_free)
        self._metrics = [
            (output, PREFIX + label, metric) for output in wanted for label, metric in metrics[output]
        ]
        self._runs: dict[int, FreeRun] = {}
        self._sums: dict[str, NDArray[np.float64]] = {}

    def reset(self) -> None:
        """Begin anew."""
        self._sums = {}

    def add(self, plan: Plan) -> None:
        """Run a batch free. The plan keeps its values, and has just been run with the true previous outputs."""
        if not self._metrics:
            return
        real: dict[str, NDArray[Any]] = {output: mask.copy() for output, mask in plan.masks.items()}
        run = self._runs.setdefault(plan.batch, FreeRun(plan, self._feedbacks))
        run()
        for output, label, metric in self._metrics:
            prediction, target = plan.predictions[output], plan.targets[output]
            if output in real and real[output].shape == prediction.shape[:2]:
                sums = metric.measure_masked(prediction, target, real[output])
            else:
                sums = metric.measure(prediction, target)
            self._sums[label] = sums + self._sums[label] if label in self._sums else sums

    def result(self) -> dict[str, float]:
        """Return the figures over all batches since `reset`."""
        return {
            label: float(m.result(self._sums[label])) for _, label, m in self._metrics if label in self._sums
        }
