"""The weights that training left, kept by node, and whether they still fit the design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.design.design import Design
from engine.design.inference import Inference

Array = NDArray[Any]


class TrainedWeights:
    """Arrays by node id and parameter name. They stay with their node when it is renamed, moved or copied about.

    Stale nodes are those whose parameters have other shapes now, or are gone: their arrays are kept, in case the
    change is undone, but not handed out.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, dict[str, Array]] = {}
        self.step = 0

    def __bool__(self) -> bool:
        return bool(self._arrays)

    def node(self, node_id: str) -> Mapping[str, Array]:
        """Return the arrays of one node by parameter name; empty where none are kept."""
        return self._arrays.get(node_id, {})

    def take(self, weights: Mapping[str, Array], ids_by_name: Mapping[str, str], step: int = 0) -> None:
        """Keep `weights`, named "dense_1/kernel"; names that no node has are left out."""
        arrays: dict[str, dict[str, Array]] = {}
        for key, array in weights.items():
            name, _, parameter = key.rpartition("/")
            if name in ids_by_name:
                arrays.setdefault(ids_by_name[name], {})[parameter] = np.array(array)
        self._arrays, self.step = arrays, step

    def copy(self) -> TrainedWeights:
        """Return the same weights in a keeping of their own (arrays are never written to, so they are shared)."""
        twin = TrainedWeights()
        twin._arrays, twin.step = dict(self._arrays), self.step
        return twin

    def follow(self, mapping: Mapping[str, str]) -> None:
        """Keep the arrays of nodes under other ids: old id -> new id."""
        self._arrays = {mapping.get(node_id, node_id): arrays for node_id, arrays in self._arrays.items()}

    def stale_nodes(self, design: Design, inference: Inference) -> frozenset[str]:
        """Return the nodes whose kept weights don't fit the design as it is, and those that have none but need some."""
        if not self._arrays:
            return frozenset()
        needed = {node_id for node_id in design.nodes if inference.parameters.get(node_id)}
        return frozenset(
            node_id for node_id in needed | self._arrays.keys() if not self._fits(node_id, inference)
        )

    def named(self, design: Design, inference: Inference, *, partly: bool = False) -> dict[str, Array]:
        """Return what fits the design as it is, named "dense_1/kernel" by the nodes' present names.

        Nodes of which some arrays are missing or of another shape are left out; with `partly` the others are given.
        """
        return {
            f"{design.nodes[node_id].name}/{parameter}": array
            for node_id, arrays in self._arrays.items()
            if node_id in design.nodes and (partly or self._fits(node_id, inference))
            for parameter, array in arrays.items()
            if _shapes(node_id, inference).get(parameter) == array.shape
        }

    def _fits(self, node_id: str, inference: Inference) -> bool:
        shapes = {name: array.shape for name, array in self._arrays.get(node_id, {}).items()}
        return _shapes(node_id, inference) == shapes


def _shapes(node_id: str, inference: Inference) -> dict[str, tuple[int, ...]]:
    return {spec.name: tuple(spec.shape) for spec in inference.parameters.get(node_id, ())}
