"""Samples that a network makes of noise: what the generator of an adversarial network has come to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.errors import TrainingError
from engine.core.random import restore, state_of, stream
from engine.design.phases import generated_at
from engine.training.targets import BoundData

Array = NDArray[Any]
PURPOSE = "noise while predicting"


def draw_samples(network: Network, count: int, *, seed: int | None = None) -> Array:
    """Return `count` samples that the network's generator makes: (count, *shape), in the units in which it is trained.

    The same seed gives the same noise; without one it is the noise that every picture of the network shows.
    Raises TrainingError where the network has no generator: a node behind a Noise that feeds a discriminator.
    """
    return Sampling(network, count)(seed)


class Sampling:
    """Makes `count` samples again and again, of the same noise, with the weights as they are.

    Where the generator also depends on an Input (a condition), the first samples of `data` are fed there.
    """

    def __init__(self, network: Network, count: int, data: BoundData | None = None) -> None:
        found = generated_at(network.design, network.inference)
        if found is None:
            raise TrainingError(
                "The network has no generator: no node that depends on a Noise feeds a layer which shares its "
                "weights with one that real samples reach."
            )
        self._network, (self.node, self.input) = network, found
        self._plan = network.plan_until(self.node, count)
        if self._plan.inputs:
            if data is None:
                raise TrainingError("The generator depends on an Input: samples for it are needed.")
            data.filler(self._plan)(np.arange(count) % data.samples)

    def __call__(self, seed: int | None = None) -> Array:
        """Return the samples (count, *shape) as a copy."""
        streams = {
            node_id: self._network.stream_of(node_id, PURPOSE)
            for node_id, node in self._network.design.nodes.items()
            if node.type == "Noise"
        }
        kept = {node_id: state_of(generator) for node_id, generator in streams.items()}
        if seed is not None:
            for node_id, generator in streams.items():
                restore(generator, state_of(stream(seed, node_id, PURPOSE)))
        try:
            with np.errstate(all="ignore"):
                self._plan.forward()
        finally:
            for node_id, generator in streams.items():
                restore(generator, kept[node_id])
        return self._plan.taps[self.node].post.copy()
