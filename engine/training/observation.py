"""What is seen when a step is looked into: figures for each layer and wire, which travel as one row of numbers."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.design.elements import Edge

Array = NDArray[Any]
HEAD = ("step", "seconds", "cost", "loss")
PER_NODE = ("gradient_rms", "update_ratio", "weight_rms")
PER_ACTIVATION = ("mean", "std", "saturated", "dead")
MOST_STEPS = 64
"""Of longer sequences so many steps are looked at, evenly."""


class ActivationStatistics(msgspec.Struct, frozen=True):
    """How the outputs of an activation are spread in one batch.

    mean, std: over all units and samples. saturated: the share of values at which the derivative is below a tenth of
    its greatest (sigmoid beyond ±3.6, tanh beyond ±1.8); NaN for activations that have no flat ends. dead: the share
    of units that gave exactly 0 for each of the last `Observer.WINDOW` samples looked at (all, where there are fewer);
    NaN where 0 is not a flat end, and before that many were looked at.
    """

    mean: float
    std: float
    saturated: float
    dead: float


class ThroughTime(msgspec.Struct, frozen=True):
    """Of which recurrent layer the gradient is followed over the steps of a sequence, and how finely."""

    node: str
    length: int
    """Steps of the sequence."""
    directions: int

    @property
    def steps(self) -> Array:
        """The steps that are looked at, counted from 0: all, or so many evenly over the sequence."""
        return np.unique(np.linspace(0, self.length - 1, min(self.length, MOST_STEPS)).round().astype(int))


class GradientThroughTime(msgspec.Struct, frozen=True):
    """RMS of dL/dh_t, the gradient of the loss at a recurrent layer's state after each step, over a batch.

    `values[d][i]` belongs to step `steps[i]` (from 0) of direction d: the one from the first step, then, where both
    are read, the one from the last. Where it falls towards the steps that lie far from the output, what happened there
    can't be learned.
    """

    steps: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One look into a step.

    RMS is the root of the mean square over all elements. `gradient_rms`: of dL/dw over a layer's parameters, before
    clipping; `update_ratio`: RMS of the step's change of the parameters over `weight_rms`, that of the parameters
    (about 1e-3 is healthy); `edge_gradient_rms`: of dL/dy of what flows through a wire, over the batch.
    `cost` is the share of the run's time that looking has taken so far.
    """

    step: int
    seconds: float
    cost: float
    loss: float
    gradient_rms: dict[str, float]
    update_ratio: dict[str, float]
    weight_rms: dict[str, float]
    edge_gradient_rms: dict[Edge, float]
    activations: dict[str, ActivationStatistics]
    through_time: dict[str, GradientThroughTime] = {}


class ObservationLayout(msgspec.Struct, frozen=True):
    """The nodes, wires, activations and recurrent layers that a row of numbers tells of, in order."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    activations: tuple[str, ...]
    recurrent: tuple[ThroughTime, ...] = ()

    @property
    def width(self) -> int:
        """The numbers in a row."""
        return (
            len(HEAD)
            + len(PER_NODE) * len(self.nodes)
            + len(self.edges)
            + len(PER_ACTIVATION) * len(self.activations)
            + sum(one.directions * len(one.steps) for one in self.recurrent)
        )

    def parts(self, row: Array) -> tuple[Array, Array, Array, Array]:
        """Return views of a row: head (4,), per node (3, nodes), per wire (edges,), per activation (activations, 4)."""
        first = len(HEAD)
        second = first + len(PER_NODE) * len(self.nodes)
        third = second + len(self.edges)
        fourth = third + len(PER_ACTIVATION) * len(self.activations)
        return (
            row[:first],
            row[first:second].reshape(len(PER_NODE), len(self.nodes)),
            row[second:third],
            row[third:fourth].reshape(len(self.activations), len(PER_ACTIVATION)),
        )

    def over_time(self, row: Array) -> dict[str, Array]:
        """Return views of a row: node -> (directions, steps) of each recurrent layer, which stand at its end."""
        found: dict[str, Array] = {}
        start = self.width
        for one in reversed(self.recurrent):
            stop, start = start, start - one.directions * len(one.steps)
            found[one.node] = row[start:stop].reshape(one.directions, -1)
        return found

    def read(self, row: Array) -> Observation:
        """Return the observation that a row holds."""
        row = np.asarray(row)
        head, per_node, per_edge, per_activation = self.parts(row)
        gradient, ratio, weight = (dict(zip(self.nodes, values.tolist(), strict=True)) for values in per_node)
        statistics = (ActivationStatistics(*values) for values in per_activation.tolist())
        return Observation(
            step=int(head[0]),
            seconds=float(head[1]),
            cost=float(head[2]),
            loss=float(head[3]),
            gradient_rms=gradient,
            update_ratio=ratio,
            weight_rms=weight,
            edge_gradient_rms=dict(zip(self.edges, per_edge.tolist(), strict=True)),
            activations=dict(zip(self.activations, statistics, strict=True)),
            through_time=self._read_through_time(row),
        )

    def _read_through_time(self, row: Array) -> dict[str, GradientThroughTime]:
        over_time = self.over_time(row)
        return {
            one.node: GradientThroughTime(
                tuple(one.steps.tolist()), tuple(map(tuple, over_time[one.node].tolist()))
            )
            for one in self.recurrent
        }
