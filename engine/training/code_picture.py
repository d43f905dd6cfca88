"""The code of an autoencoder: the narrow place that everything must pass, and where samples lie in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.shapes import Shape, size
from engine.data.dataset import DataSet
from engine.training.targets import BoundData

Array = NDArray[Any]
MOST = 256
"""A code of more numbers is no code that two of them could stand for."""


def find_code(network: Network, output: str) -> str:
    """Return the node where a network is narrowest on its way to an Output, "" where nothing is narrower than inputs.

    Only a node that every way from an Input passes is one: beside a shortcut nothing is a code. Of several that are as
    narrow it is the one whose name is code, or the first.
    """
    design, inference = network.design, network.inference
    sources: dict[str, list[str]] = {}
    for edge in design.edges:
        if not (edge.target == output and edge.target_port == "target"):
            sources.setdefault(edge.target, []).append(edge.source)
    behind = _reached(output, "", sources)
    inputs = [node for node in behind if node in network.inputs]
    widths = {node: size(inference.outputs[node][0]) for node in inference.order if node in behind - {output}}
    narrow = [
        (width, design.nodes[node].name != "code", place, node)
        for place, (node, width) in enumerate(widths.items())
        if 2 <= width <= MOST and width < min((widths[i] for i in inputs), default=0)
    ]
    for _, _, _, node in sorted(narrow):
        if not any(i in _reached(output, node, sources) for i in inputs):
            return node
    return ""


def _reached(start: str, closed: str, sources: dict[str, list[str]]) -> set[str]:
    """Return the nodes from which ways lead to `start` that do not pass `closed`."""
    found, waiting = {start}, [start]
    while waiting:
        for node in sources.get(waiting.pop(), ()):
            if node not in found and node != closed:
                found.add(node)
                waiting.append(node)
    return found


class CodePicture:
    """Computes where samples lie in the code.

    "codes" (N, 2) float32 are the first two numbers of the code that vary at all, "dimensions" (2,) which ones they
    are, "labels" (N,) int64 the class of each sample, -1 where there are no classes. `about["code"]` says which node it
    is, how many numbers it has, and the names of the classes.
    """

    def __init__(
        self, network: Network, data: DataSet, node: str, y: Any, bound: BoundData, batch: int
    ) -> None:
        self._node, self._bound = node, bound
        self._plan = network.plan_until(node, batch)
        self._fill = bound.filler(self._plan)
        numbers = isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "iu" and len(data.classes) > 1
        self._labels = y.astype(np.int64) if numbers else np.full(bound.samples, -1, np.int64)
        self._size = size(network.inference.outputs[node][0])
        self.about: dict[str, Any] = {
            "node": node,
            "name": network.design.nodes[node].name,
            "size": self._size,
            "classes": list(data.classes) if numbers else [],
        }
        self.fields: dict[str, tuple[str, Shape]] = {
            "codes": ("float32", (bound.samples, 2)),
            "dimensions": ("int64", (2,)),
            "labels": ("int64", (bound.samples,)),
        }

    def compute(self) -> dict[str, Array]:
        """Return an array for each of the fields."""
        plan, samples = self._plan, self._bound.samples
        order = np.arange(-(-samples // plan.batch) * plan.batch) % samples
        codes = np.empty((len(order), self._size), np.float32)
        for start in range(0, len(order), plan.batch):
            self._fill(order[start : start + plan.batch])
            plan.forward()
            codes[start : start + plan.batch] = plan.taps[self._node].post.reshape(plan.batch, -1)
        codes = codes[:samples]
        reach = np.nan_to_num(codes.max(axis=0) - codes.min(axis=0))
        varying = np.flatnonzero(reach > 1e-6 * max(float(reach.max()), 1e-6))
        chosen = np.concatenate((varying, np.setdiff1d(np.arange(self._size), varying)))[:2]
        return {"codes": codes[:, chosen], "dimensions": chosen.astype(np.int64), "labels": self._labels}
