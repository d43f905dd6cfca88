"""What the panels want to look at, joined into one set for the worker, and the latest that came of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ACTIVATIONS = "activations"
"""What a panel asks for when it wants the distribution of what enters a node's activation."""
PREDICTIONS = "predictions"
"""What a panel asks of an Output when it wants its answers; "predictions/train" for those on one part of the data."""


class WatchKey(NamedTuple):
    """One thing looked at: a parameter of a node by its name, its `ACTIVATIONS`, or its `PREDICTIONS`."""

    node_id: str
    what: str


class Watched(NamedTuple):
    """The latest that came of a watch. What does not apply is None or NaN.

    `parts` is everything as it came. `values` is the parameter's array; `counts` and `edges` are the histogram of its
    values, or of what enters the activation; `saturated` and `dead` are shares of 1.
    """

    version: int
    step: int
    values: Array | None = None
    counts: Array | None = None
    edges: Array | None = None
    saturated: float = float("nan")
    dead: float = float("nan")
    mean: float = float("nan")
    std: float = float("nan")
    parts: Mapping[str, Any] = {}


class WatchBoard:
    """The union of what several owners watch. An owner's new list replaces its old one."""

    def __init__(self) -> None:
        self._wanted: dict[str, frozenset[WatchKey]] = {}
        self._latest: dict[WatchKey, Watched] = {}

    @property
    def keys(self) -> frozenset[WatchKey]:
        """Everything that somebody watches."""
        return frozenset().union(*self._wanted.values())

    def want(self, owner: str, keys: Iterable[WatchKey]) -> bool:
        """Note what an owner watches from now on; return whether the union is another."""
        before = self.keys
        self._wanted[owner] = frozenset(keys)
        return self.keys != before

    def put(self, key: WatchKey, value: Watched) -> bool:
        """Keep what came of a watch; return whether it is newer than what was there."""
        before = self._latest.get(key)
        if before is not None and before.version == value.version and before.step == value.step:
            return False
        self._latest[key] = value
        return True

    def latest(self, key: WatchKey) -> Watched | None:
        """Return the latest that came of a watch."""
        return self._latest.get(key)

    def forget(self) -> None:
        """Drop what came; what is wanted stays."""
        self._latest.clear()


def watched_of(version: int, step: int, data: Any) -> Watched:
    """Return what a worker delivered for a watch, whichever of its parts are there."""
    if isinstance(data, np.ndarray):
        return Watched(version, step, values=data, parts={"values": data})
    parts: Mapping[str, Any] = data if isinstance(data, Mapping) else data._asdict()
    return Watched(
        version,
        int(parts.get("step", step)),
        values=parts.get("values"),
        counts=parts.get("counts"),
        edges=parts.get("edges"),
        saturated=_number(parts, "saturated"),
        dead=_number(parts, "dead"),
        mean=_number(parts, "mean"),
        std=_number(parts, "std"),
        parts=parts,
    )


def _number(parts: Mapping[str, Any], name: str) -> float:
    value = parts.get(name)
    return float("nan") if value is None else float(value)
