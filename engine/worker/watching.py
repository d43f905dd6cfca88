"""Filling the slots of what is looked at: copies of parameters, and histograms made here, not in the window."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Tap
from engine.core.shapes import size
from engine.training.activation_traits import Traits, traits_of
from engine.training.observe import first_samples
from engine.worker.predicting import Predicting
from engine.worker.protocol import ACTIVATIONS, SetWatches, SlotLayout, Watch, WatchLayout
from engine.worker.shared import FIGURES, SLOTS_SIZE, SharedBlock, SlotWriter, lay_fields, slot_size

Array = NDArray[Any]

BINS = 64
SAMPLE = 32_768
"""A histogram is made of so many values at most, spread evenly over the array."""
INTERVAL = 1 / 12
"""The shortest time between two fillings: plots draw at 10 to 15 Hz."""


class Watching:
    """The watched tensors of a run and their slots."""

    def __init__(self, network: Network, block: SharedBlock, cost: float, predicting: Predicting) -> None:
        self._network, self._block, self._cost = network, block, cost
        self._predicting = predicting
        self._writers: list[tuple[Watch, SlotWriter, bool]] = []
        self._due = self._laying = 0.0
        taps = network.plan(1, True).taps
        self._traits: dict[str, Traits] = {
            node: traits_of(tap.activation) for node, tap in taps.items() if tap.activation is not None
        }
        self._taps = frozenset(taps)

    def begin(self, command: SetWatches) -> WatchLayout:
        """Lay out the slots of a new set of watches. The layout goes to the window."""
        begun = time.perf_counter()
        self._writers.clear()
        self._predicting.begin()
        # From here on nobody reads the slots of the generation before: they are about to be overwritten.
        self._block.generation = command.generation
        slots, offset = [], 0
        for watch in command.watches:
            if self._predicting.wants(watch):
                slots.append(slot := self._predicting.lay(watch, offset))
                offset += slot.size
                continue
            slot, offset = self._lay(watch, offset)
            slots.append(slot)
            if not slot.problem:
                has_values = any(field.name == "values" for field in slot.fields)
                self._writers.append((watch, SlotWriter(self._block, slot), has_values))
        self._due = 0.0
        self._laying += time.perf_counter() - begun
        return WatchLayout(command.generation, tuple(slots))

    def is_due(self, now: float) -> bool:
        """Return whether the slots should be filled."""
        return (now >= self._due and bool(self._writers)) or self._predicting.is_due(now)

    def fill(self, step: int, taps: Mapping[str, Tap], *, force: bool = True) -> float:
        """Fill every slot, or only those that are due, and return the seconds that went into it and into `begin`."""
        begun = time.perf_counter()
        if force or (begun >= self._due and self._writers):
            self._fill_tensors(step, taps)
        if force or self._predicting.is_due(begun):
            self._predicting.fill(step)
        laying, self._laying = self._laying, 0.0
        return time.perf_counter() - begun + laying

    def _fill_tensors(self, step: int, taps: Mapping[str, Tap]) -> None:
        """Fill the slots of tensors; the next filling is due when the time that it took is made up for."""
        begun = time.perf_counter()
        with np.errstate(all="ignore"):
            for watch, writer, has_values in self._writers:
                value = self._value(watch, taps, has_values)
                if value is not None:
                    writer.write(step, value)
        now = time.perf_counter()
        self._due = now + max(INTERVAL, (now - begun) / self._cost)

    def _lay(self, watch: Watch, offset: int) -> tuple[SlotLayout, int]:
        shape = self._shape(watch)
        if shape is None:
            return SlotLayout(watch, 0, 0, (), "There is nothing of that name in the network."), offset
        shapes: dict[str, tuple[str, tuple[int, ...]]] = {
            "counts": ("int64", (BINS,)),
            "edges": ("float64", (BINS + 1,)),
            "figures": ("float64", (len(FIGURES),)),
        }
        room = SLOTS_SIZE - offset
        if watch.what != ACTIVATIONS:
            with_values = {**shapes, "values": ("float32", shape)}
            if slot_size(lay_fields(with_values)[1]) <= room:
                shapes = with_values
        fields, content = lay_fields(shapes)
        needed = slot_size(content)
        if needed > room:
            return SlotLayout(watch, 0, 0, (), "Too much is watched at once."), offset
        return SlotLayout(watch, offset, needed, fields), offset + needed

    def _shape(self, watch: Watch) -> tuple[int, ...] | None:
        if watch.what == ACTIVATIONS:
            return () if watch.node_id in self._taps else None
        array = self._parameter(watch)
        return None if array is None or not size(array.shape) else array.shape

    def _parameter(self, watch: Watch) -> Array | None:
        node = self._network.design.nodes.get(watch.node_id)
        return None if node is None else self._network.weights.get(f"{node.name}/{watch.what}")

    def _value(
        self, watch: Watch, taps: Mapping[str, Tap], has_values: bool
    ) -> Mapping[str, Array | float] | None:
        if watch.what == ACTIVATIONS:
            tap, traits = taps.get(watch.node_id), self._traits.get(watch.node_id)
            if tap is None:
                return None
            sample = thinned(tap.pre)
            saturated = dead = math.nan
            if traits is not None:
                saturated = traits.saturated_share(sample)
                if traits.can_die:
                    units = first_samples(tap.post).reshape(-1, tap.post.shape[-1])
                    dead = 1.0 - float(np.count_nonzero(units.any(axis=0))) / units.shape[1]
            return histogram(sample, saturated, dead)
        array = self._parameter(watch)
        if array is None:
            return None
        value = histogram(thinned(array), math.nan, math.nan)
        return {**value, "values": array} if has_values else value


def thinned(array: Array) -> Array:
    """Return at most `SAMPLE` of an array's values, evenly spread, as one axis."""
    flat = array.reshape(-1)
    # An odd stride does not fall into step with rows whose length is a power of two.
    stride = max(flat.size // SAMPLE, 1) | 1 if flat.size > SAMPLE else 1
    return flat[::stride]


def histogram(sample: Array, saturated: float, dead: float) -> dict[str, Array | float]:
    """Return counts (bins,), edges (bins + 1,) and the figures of the finite values of a sample."""
    finite = sample[np.isfinite(sample)]
    if not finite.size:
        finite = np.zeros(1)
    low, high = float(finite.min()), float(finite.max())
    if not low < high:
        low, high = low - 0.5, high + 0.5
    wide = finite.astype(np.float64)
    counts, edges = np.histogram(wide, BINS, (low, high))
    figures = np.array([wide.mean(), wide.std(), low, high, saturated, dead])
    return {"counts": counts, "edges": edges, "figures": figures}
