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


class ObservationLayout(msgspec.Struct, frozen=True):
    """The nodes, wires and activations that a row of numbers tells of, in order."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    activations: tuple[str, ...]

    @property
    def width(self) -> int:
        """The numbers in a row."""
        return (
            len(HEAD)
            + len(PER_NODE) * len(self.nodes)
            + len(self.edges)
            + len(PER_ACTIVATION) * len(self.activations)
        )

    def parts(self, row: Array) -> tuple[Array, Array, Array, Array]:
        """Return views of a row: head (4,), per node (3, nodes), per wire (edges,), per activation (activations, 4)."""
        first = len(HEAD)
        second = first + len(PER_NODE) * len(self.nodes)
        third = second + len(self.edges)
        return (
            row[:first],
            row[first:second].reshape(len(PER_NODE), len(self.nodes)),
            row[second:third],
            row[third:].reshape(len(self.activations), len(PER_ACTIVATION)),
        )

    def read(self, row: Array) -> Observation:
        """Return the observation that a row holds."""
        head, per_node, per_edge, per_activation = self.parts(np.asarray(row))
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
        )
