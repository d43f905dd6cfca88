"""The picture of an attention layer: which step looks at which, for a few samples, head by head."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.core.errors import TrainingError
from engine.core.shapes import Shape
from engine.data.dataset import DataSet
from engine.design.design import Design
from engine.layers.attention_base import AttentionLayer
from engine.training.prediction_samples import Subset
from engine.training.targets import bind_data

Array = NDArray[Any]
SAMPLES = 12
VALUES = 2**18
"""Numbers in all maps together at most."""


def shows_attention(design: Design, node_id: str) -> bool:
    """Return whether a node is an attention layer, whose map can be asked for."""
    return node_id in design.nodes and isinstance(design.nodes[node_id].layer, AttentionLayer)


class AttentionPicture:
    """Computes the attention weights of the first samples: "weights" (n, heads, T, S) float32; each row sums to 1.

    `about`: "heads" how many there are; "queries" and "keys", for each sample the names of its steps: characters or
    words, ids, or numbers of steps from 1 where ids are not what arrives.
    """

    NAME: ClassVar[str] = "attention"

    def __init__(self, network: Network, data: DataSet, node_id: str, subset: Subset) -> None:
        probe = network.plan(1, False)
        if node_id not in probe.views:
            name = network.design.nodes[node_id].name
            raise TrainingError(
                f"Nothing that {name} computes reaches an Output: connect it to show its attention."
            )
        for buffer in probe.inputs.values():
            buffer.fill(0)
        probe.forward()
        shape = probe.views[node_id]["attention"]().shape[1:]
        count = max(1, min(SAMPLES, len(subset.part), VALUES // int(np.prod(shape))))
        first = subset.split.take(np.arange(count))
        self._node, self._plan = node_id, network.plan(count, False)
        self._fill = bind_data(network, first).filler(self._plan)
        self._indices = np.arange(count)
        self._fill(self._indices)
        self.fields: dict[str, tuple[str, Shape]] = {"weights": ("float32", (count, *shape))}
        labels = StepNames(network, data, self._plan)
        self.about: dict[str, Any] = {
            "heads": shape[0],
            "queries": labels.of(node_id, 0, shape[1]),
            "keys": labels.of(node_id, 1, shape[2]),
        }

    def compute(self) -> dict[str, Array]:
        """Return the arrays of the picture with the weights as they are."""
        self._fill(self._indices)
        self._plan.forward()
        return {"weights": self._plan.views[self._node]["attention"]().astype(np.float32)}


class StepNames:
    """Finds what the steps of a sequence in the network stand for: the ids that they come from, as text."""

    def __init__(self, network: Network, data: DataSet, plan: Plan) -> None:
        self._design, self._data, self._plan = network.design, data, plan

    def of(self, node_id: str, port: int, steps: int) -> list[list[str]]:
        """Return the names of the steps at an input of an attention layer (0 its query, 1 its value), per sample."""
        ports = self._design.nodes[node_id].layer.INPUTS
        wired = {edge.target_port: edge.source for edge in self._design.incoming(node_id)}
        source = wired.get(ports[port].name, wired.get(ports[0].name, ""))
        found = self._ids_before(source, steps)
        if found is None:
            return [[str(step + 1) for step in range(steps)]] * self._plan.batch
        names, first = self._vocabulary(found)
        ids: Array = self._plan.inputs[found]
        return [[_name(int(i) - first, names, int(i)) for i in row] for row in ids]

    def _ids_before(self, node_id: str, steps: int) -> str | None:
        """Return the nearest node upstream at which ids of so many steps come in."""
        waiting, seen = [node_id], {node_id}
        while waiting:
            here = waiting.pop(0)
            array = self._plan.inputs.get(here)
            if array is not None and array.dtype.kind == "i" and array.shape[1:] == (steps,):
                return here
            for edge in self._design.incoming(here):
                if edge.source not in seen:
                    seen.add(edge.source)
                    waiting.append(edge.source)
        return None

    def _vocabulary(self, node_id: str) -> tuple[tuple[str, ...], int]:
        """Return the names of the ids of an input, and the id of the first of them."""
        if self._design.nodes[node_id].type == "Input":
            return self._data.vocabulary, 1
        return self._data.classes, 0


def _name(place: int, names: tuple[str, ...], number: int) -> str:
    if not names:
        return str(number)
    if not 0 <= place < len(names) or names[place] == "<pad>":
        return ""
    return names[place]
