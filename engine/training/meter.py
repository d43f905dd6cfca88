"""Loss and metrics over an epoch, gathered at little cost while the weights move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.core.registry import family
from engine.core.shapes import size
from engine.metrics.base import Metric
from engine.training.targets import BoundData

Array = NDArray[Any]
ROWS, VALUES = 1_024, 2**20
"""Predictions wait until so many samples (or numbers) are together: a metric then costs one call, not one a step."""


def choose_metrics(
    network: Network, data: BoundData, names: Sequence[str]
) -> dict[str, list[tuple[str, Metric]]]:
    """Return for each output the (label, metric) pairs to measure: those named, or the one that suits the loss.

    Cross-entropies and class numbers get the accuracy, everything else the mean absolute error. With several outputs
    the labels carry the node's name.
    """
    known = family("metric")
    chosen: dict[str, list[tuple[str, Metric]]] = {}
    for node_id in network.outputs:
        loss = network.losses[node_id]
        classes = loss.TARGET != "values" or loss.NAME == "binary_crossentropy"
        if node_id in data.reconstructed:
            classes = False
        default = "accuracy" if classes else "mean_absolute_error"
        wanted = tuple(names) or ((default,) if default in known.names() else ())
        prefix = f"{network.design.nodes[node_id].name}_" if len(network.outputs) > 1 else ""
        chosen[node_id] = [(prefix + name, known.get(name)) for name in wanted]
    return chosen


class Meter:
    """Running means over one epoch: the loss weighted by samples, and each metric.

    Small batches' predictions are kept until enough are together; until then `values` tells what was measured last.
    The first batches of an epoch are measured at once, so that there is always a figure. `further` are labels of
    figures that others add at the end of an epoch.
    """

    def __init__(
        self, metrics: Mapping[str, list[tuple[str, Metric]]], further: tuple[str, ...] = ()
    ) -> None:
        self._metrics = [(node, label, metric) for node, pairs in metrics.items() for label, metric in pairs]
        self._nodes = tuple(dict.fromkeys(node for node, _, _ in self._metrics))
        self.labels = (*(label for _, label, _ in self._metrics), *further)
        self._buffers: dict[str, dict[str, Array]] = {}
        self._room = 0
        self.reset()

    def reset(self) -> None:
        """Begin an epoch."""
        self.samples = 0
        self.loss_sum = 0.0
        self._pending = 0
        self._measured = 0
        self._sums: dict[str, NDArray[np.float64]] = {}
        self.values: dict[str, float] = {}

    def add(self, loss: float, plan: Plan) -> None:
        """Take in a batch: its loss, and the predictions and targets in the plan's buffers."""
        rows = plan.batch
        self.samples += rows
        self.loss_sum += loss * rows
        if not self._nodes:
            return
        if not self._buffers:
            self._allocate(plan)
        if rows * 2 > self._room:
            self._measure({node: _arrays_of(plan, node) for node in self._nodes})
            self._measured += rows
            return
        start = self._pending
        stop = self._pending = start + rows
        for node in self._nodes:
            for kind, array in _arrays_of(plan, node).items():
                self._buffers[node][kind][start:stop] = array
        if stop >= self._measured or stop + rows > self._room:
            self._flush()

    def result(self) -> dict[str, float]:
        """Return the means over what the epoch has seen so far, "loss" first, with nothing left waiting."""
        if self._pending:
            self._flush()
        return {"loss": self.loss_sum / max(self.samples, 1), **self.values}

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return what the epoch has gathered, as facts and arrays, for a run's state."""
        facts = {
            "samples": self.samples,
            "loss_sum": self.loss_sum,
            "pending": self._pending,
            "measured": self._measured,
            "sums": {label: sums.tolist() for label, sums in self._sums.items()},
        }
        arrays: dict[str, Array] = {}
        for node in self._nodes if self._pending else ():
            for kind, buffer in self._buffers[node].items():
                arrays[f"pending/{node}/{kind}"] = buffer[: self._pending].copy()
        return facts, arrays

    def restore(self, facts: Mapping[str, Any], arrays: Mapping[str, Array], plan: Plan) -> None:
        """Take back what `state` gave."""
        self.reset()
        self.samples, self.loss_sum = int(facts["samples"]), float(facts["loss_sum"])
        self._measured = int(facts["measured"])
        self._sums = {
            label: np.asarray(sums, float) for label, sums in facts["sums"].items() if label in self.labels
        }
        self._read_values()
        if self._nodes and not self._buffers:
            self._allocate(plan)
        rooms = {
            f"pending/{n}/{kind}": b for n, buffers in self._buffers.items() for kind, b in buffers.items()
        }
        waiting = [arrays.get(name) for name in rooms]
        pending = int(facts["pending"])
        if pending > self._room or any(array is None or len(array) != pending for array in waiting):
            return
        self._pending = pending
        for name, buffer in rooms.items():
            buffer[:pending] = arrays[name]

    def _allocate(self, plan: Plan) -> None:
        widest = max(size(plan.predictions[node].shape[1:]) for node in self._nodes)
        self._room = max(1, min(ROWS, VALUES // max(widest, 1)))
        for node in self._nodes:
            self._buffers[node] = {
                kind: np.empty((self._room, *array.shape[1:]), array.dtype)
                for kind, array in _arrays_of(plan, node).items()
            }

    def _flush(self) -> None:
        stop = self._pending
        self._measure({n: {k: a[:stop] for k, a in buffers.items()} for n, buffers in self._buffers.items()})
        self._measured += stop
        self._pending = 0

    def _measure(self, arrays: Mapping[str, Mapping[str, Array]]) -> None:
        for node, label, metric in self._metrics:
            of = arrays[node]
            if "mask" in of:
                sums = metric.measure_masked(of["prediction"], of["target"], of["mask"])
            else:
                sums = metric.measure(of["prediction"], of["target"])
            before = self._sums.get(label)
            self._sums[label] = np.asarray(sums, float) if before is None else before + sums
        self._read_values()

    def _read_values(self) -> None:
        self.values = {
            label: float(metric.result(self._sums[label]))
            for _, label, metric in self._metrics
            if label in self._sums
        }


def _arrays_of(plan: Plan, node: str) -> dict[str, Array]:
    """Return what an output's metrics are measured on."""
    arrays = {"prediction": plan.predictions[node], "target": plan.targets[node]}
    return arrays | ({"mask": plan.masks[node]} if node in plan.masks else {})
