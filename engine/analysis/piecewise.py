"""Looking into a network that is made of straight pieces: where each of its units bends.

Between two places at which no unit bends, a network of linear layers and ReLUs is linear. So what a layer bends at is
found exactly, layer after layer: its inputs are straight between the bends of the layers before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network, compile_design
from engine.compiler.program import activation_of
from engine.core.errors import DesignError
from engine.core.shapes import size

Array = NDArray[Any]

BENT = ("relu", "leaky_relu", "p_relu")
"""Activations of two straight pieces that meet at 0."""
STRAIGHT = (
    "Activation", "Add", "Average", "BatchNormalization", "Concatenate", "Dense", "Dropout", "Flatten", "Input",
    "Output", "Reshape", "Subtract",
)  # fmt: skip
"""Layers that are linear in what they are fed, once the weights are fixed."""
BATCH = 512


class PiecewiseProbe:
    """Asks a network of straight pieces, in float64, what reaches its bending units, and what comes out.

    Raises DesignError naming the layer that is not made of straight pieces, or where the network has several inputs or
    outputs.
    """

    def __init__(self, network: Network) -> None:
        if len(network.inputs) != 1 or len(network.outputs) != 1:
            raise DesignError("This view is for networks of one input and one output.")
        design = network.design
        self.output = network.outputs[0]
        self._last = design.incoming(self.output)[0].source
        self.bending: list[str] = []
        for node_id in network.inference.order:
            node = design.nodes[node_id]
            if node.bypassed:
                continue
            if node.type not in STRAIGHT:
                raise DesignError(f"{node.name} ({node.type}) is not made of straight pieces.", node=node_id)
            activation = activation_of(node.layer)
            if activation is None or node_id == self._last:
                continue
            if activation.NAME not in BENT:
                raise DesignError(
                    f"{node.name} ends in {activation.NAME}, which is not made of straight pieces: use ReLU.",
                    node=node_id,
                )
            self.bending.append(node_id)
        last = activation_of(design.nodes[self._last].layer)
        self.ends_straight = last is None
        """Whether the output itself is straight; else what reaches its activation is looked at (the logits)."""
        self._twin = compile_design(design, seed=network.seed, dtype="float64")
        self._input = network.inputs[0]
        self.inputs = size(network.inference.outputs[self._input][0])
        self.take(network.weights)

    def take(self, weights: Mapping[str, Array]) -> None:
        """Take weights, "name/parameter", of a network of the same design."""
        self._twin.load_weights({name: np.asarray(array, np.float64) for name, array in weights.items()})

    def ask(self, points: Array, node_id: str = "") -> Array:
        """Return what reaches the activation of a node, (n, units), at points (n, inputs); of the last for none."""
        found: list[Array] = []
        plan = self._twin.plan(BATCH, training=False, keep=True)
        buffer = plan.inputs[self._input]
        for start in range(0, len(points), BATCH):
            part = points[start : start + BATCH]
            buffer[: len(part)] = part.reshape(len(part), *buffer.shape[1:])
            buffer[len(part) :] = 0
            plan.forward()
            tap = plan.taps[node_id or self._last]
            found.append(tap.pre[: len(part)].reshape(len(part), -1).copy())
        return np.concatenate(found) if found else np.zeros((0, 1))
