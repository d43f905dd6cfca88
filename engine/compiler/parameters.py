"""The parameters of a network: one contiguous vector with named views, and a second one for their gradients."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.memory import aligned
from engine.core.errors import SettingError
from engine.core.random import stream
from engine.core.registry import family
from engine.core.shapes import size
from engine.design.design import Design
from engine.design.inference import Inference
from engine.initializers.base import fans_of
from engine.layers.base import ParameterSpec
from engine.reparameterizations.base import reparameterizations

Array = NDArray[Any]
Key = tuple[str, str]
"""(node id, parameter name)."""


class ParameterStore:
    """All arrays that belong to a network, laid out so that what moves is one range.

    The vector holds the parameters that move, in the order of the network, then the frozen ones. Statistics that
    layers keep by themselves (moving means) are in a vector of their own, which no optimizer sees.

    Attributes:
        vector, gradient: 1-D, one value per parameter.
        statistics: 1-D.
        segments: the (start, stop) range that moves, or () where everything is frozen.
        views: (node id, name) -> the array, shaped, for parameters and statistics.
        gradients: (node id, name) -> the gradient's view, for parameters that move.
        slices: (node id, name) -> where in `vector` and `gradient` a parameter lies.
        kernels: the (start, stop) ranges of parameters that are neither biases nor part of a normalization, nor slopes
            of an activation (alpha).
    """

    def __init__(self, design: Design, inference: Inference, dtype: np.dtype[Any], seed: int) -> None:
        self.seed = seed
        self.dtype = dtype
        owned = [(node, inference.parameters.get(node, ())) for node in inference.order]
        self.specs: dict[Key, ParameterSpec] = {(node, s.name): s for node, specs in owned for s in specs}
        trained = [key for key, spec in self.specs.items() if spec.trainable]
        moving = [key for key in trained if not design.nodes[key[0]].frozen]
        frozen = [key for key in trained if design.nodes[key[0]].frozen]
        kept = [key for key, spec in self.specs.items() if not spec.trainable]
        self.slices = self._lay_out([*moving, *frozen])
        statistic_slices = self._lay_out(kept)
        self.vector = aligned(sum(size(self.specs[key].shape) for key in trained), dtype)
        self.gradient = aligned(self.vector.size, dtype)
        self.gradient.fill(0)
        self.statistics = aligned(sum(size(self.specs[key].shape) for key in kept), dtype)
        end = self.slices[moving[-1]].stop if moving else 0
        self.segments: tuple[tuple[int, int], ...] = ((0, end),) if moving else ()
        self.kernels = tuple(
            (where.start, where.stop)
            for key, where in self.slices.items()
            if len(self.specs[key].shape) > 1
            and not any(part in key[1] for part in ("bias", "alpha"))
            and design.nodes[key[0]].layer.FAMILY != "normalization"
        )
        self.views: dict[Key, Array] = {}
        for key, spec in self.specs.items():
            where = (
                self.vector[self.slices[key]] if spec.trainable else self.statistics[statistic_slices[key]]
            )
            self.views[key] = where.reshape(spec.shape)
        self.gradients = {
            key: self.gradient[self.slices[key]].reshape(self.specs[key].shape) for key in moving
        }
        self.reset()

    def reset(self) -> None:
        """Fill every array with its first values: the same for the same seed, whatever else the design holds."""
        for key, spec in self.specs.items():
            fans = spec.fans or fans_of(spec.shape)
            initializer = family("initializer").get(spec.initializer)
            try:
                with np.errstate(
                    over="ignore"
                ):  # a constant beyond float32 is found, and named, by the first step
                    self.views[key][...] = initializer.sample(spec.shape, fans, stream(self.seed, *key))
            except ValueError as error:
                raise SettingError(f"{key[0]}/{key[1]}: {error}") from None
        for key, spec in self.specs.items():
            if spec.reparameterization is not None:
                rule = reparameterizations.get(spec.reparameterization)
                rule.start(
                    self.views[key], {s.name: self.views[key[0], s.name] for s in rule.parameters(spec)}
                )
        self.gradient.fill(0)

    def parameters_of(self, node_id: str) -> dict[str, Array]:
        """Return a node's arrays by name."""
        return {name: view for (node, name), view in self.views.items() if node == node_id}

    def gradients_of(self, node_id: str) -> dict[str, Array]:
        """Return the gradients of a node's parameters by name; empty for a frozen node."""
        return {name: view for (node, name), view in self.gradients.items() if node == node_id}

    def segments_of(self, owners: Collection[str]) -> tuple[tuple[int, int], ...]:
        """Return the (start, stop) ranges of the parameters of these nodes that move, joined where they touch."""
        parts = sorted((self.slices[k].start, self.slices[k].stop) for k in self.gradients if k[0] in owners)
        joined: list[tuple[int, int]] = []
        for start, stop in parts:
            if joined and joined[-1][1] == start:
                joined[-1] = (joined[-1][0], stop)
            else:
                joined.append((start, stop))
        return tuple(joined)

    def load(self, arrays: Mapping[Key, Array]) -> None:
        """Copy arrays in. Raises SettingError, before anything is changed, where a name or a shape does not fit."""
        for key, array in arrays.items():
            if key not in self.views:
                raise SettingError(f"The network has no parameter {key[0]}/{key[1]}.")
            if self.views[key].shape != array.shape:
                raise SettingError(
                    f"{key[0]}/{key[1]} has shape {self.views[key].shape}. Received: {tuple(array.shape)}."
                )
        for key, array in arrays.items():
            self.views[key][...] = array

    def _lay_out(self, keys: list[Key]) -> dict[Key, slice]:
        found: dict[Key, slice] = {}
        start = 0
        for key in keys:
            stop = start + size(self.specs[key].shape)
            found[key] = slice(start, stop)
            start = stop
        return found
