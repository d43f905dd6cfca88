"""Looking into training steps at a cost that is kept small: gradients, updates, weights and activations, by layer."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan, Tap
from engine.training.activation_traits import Traits, traits_of
from engine.training.observation import Observation, ObservationLayout, ThroughTime

Array = NDArray[Any]
LOOK_ELEMENTS = 2**18
"""Activations are looked at over so many values of a batch at most: whole samples, from its beginning."""


class _View(NamedTuple):
    """The wires that a plan reports, by their places in a row, and the layers that it moves."""

    edges: tuple[int, ...]
    slices: tuple[tuple[int, slice], ...]


class Observer:
    """Looks into a step when it is due, and no more often than its budget allows.

    A look makes its step dearer; the next one is due when the time since then makes up for it, so that all looks
    together take about `cost_target` of the run's time, and never sooner than `interval` seconds. With `every`, looks
    come at every so many steps instead, whatever they cost: the same run is then looked at at the same steps.
    `samples` is the size of the training set, where that is less than the window in which units are called dead.
    """

    WINDOW = 256
    """Samples looked at, one look after the other, for each of which a unit must give 0 to count as dead."""

    def __init__(
        self,
        network: Network,
        *,
        interval: float = 1 / 15,
        cost_target: float = 0.02,
        every: int = 0,
        kept: int = 256,
        samples: int = WINDOW,
    ) -> None:
        self._network = network
        self._interval, self._cost_target, self._every = interval, cost_target, every
        nodes = network.design.nodes
        names = {node.name: node.id for node in nodes.values()}
        owned: dict[str, list[slice]] = {}
        moving = network.segments[-1][1] if network.segments else 0
        for key, where in network.parameter_slices.items():
            if where.stop <= moving:
                owned.setdefault(names[key.rpartition("/")[0]], []).append(where)
        # A layer's parameters lie side by side, so one slice holds them all.
        self._slices = {n: slice(min(s.start for s in p), max(s.stop for s in p)) for n, p in owned.items()}
        plan = network.plan(1, True)
        self._traits: dict[str, Traits] = {
            node_id: traits_of(tap.activation)
            for node_id, tap in plan.taps.items()
            if tap.activation is not None
        }
        recurrent = tuple(
            ThroughTime(node_id, len(arrays[0]), len(arrays)) for node_id, arrays in plan.through_time.items()
        )
        self.layout = ObservationLayout(
            tuple(self._slices), plan.observed_edges, tuple(self._traits), recurrent
        )
        self._row = np.full(self.layout.width, np.nan)
        self._head, self._per_node, self._per_edge, self._per_activation = self.layout.parts(self._row)
        self._over_time = self.layout.over_time(self._row)
        self._through_time: dict[str, tuple[Array, ...]] = {}
        self._before = np.empty_like(network.parameter_vector[:moving])
        self._last_alive: dict[str, Array] = {}
        self._views: dict[int, _View] = {}
        self._window = max(1, min(self.WINDOW, samples))
        self._samples_seen: dict[str, int] = {}
        self._steps = 0
        self._begun = self._due = time.perf_counter()
        self._spent = self._part = self._idle = 0.0
        self._look_seconds = 0.0
        self.rows: deque[Array] = deque(maxlen=kept)
        """The latest looks, as rows of numbers; whoever reads them takes them out."""

    # ------------------------------------------------------------------ asked by the step

    def due(self) -> bool:
        """Return whether the step at hand is to be looked into."""
        self._steps += 1
        if self._every:
            return (self._steps - 1) % self._every == 0
        return time.perf_counter() >= self._due

    def forward_done(self, plan: Plan) -> None:
        """Look at the activations of the batch."""
        begun = time.perf_counter()
        self._view = self._view_of(plan)
        self._through_time = plan.through_time
        for index, (node_id, traits) in enumerate(self._traits.items()):
            tap = plan.taps.get(node_id)
            if tap is not None:
                self._samples_seen[node_id] = self._samples_seen.get(node_id, 0) + plan.batch
                self._per_activation[index] = self._look_at(node_id, tap, traits)
        self._look_seconds = time.perf_counter() - begun

    def record(self, edge: int, gradient: Array) -> None:
        """Look at the gradient that reaches a wire."""
        begun = time.perf_counter()
        place = self._view.edges[edge]
        if place >= 0:
            self._per_edge[place] = rms(gradient)
        self._look_seconds += time.perf_counter() - begun

    def backward_done(self) -> None:
        """Look at the gradients of the parameters, before they are clipped, and remember the weights."""
        begun = time.perf_counter()
        gradient, vector = self._network.gradient_vector, self._network.parameter_vector
        for index, where in self._view.slices:
            self._per_node[0, index] = rms(gradient[where])
            self._per_node[2, index] = rms(vector[where])
        self._look_through_time()
        np.copyto(self._before, vector[: len(self._before)])
        self._look_seconds += time.perf_counter() - begun

    def updated(self, plan: Plan, loss: float) -> None:
        """Look at how far the weights moved, and close the look."""
        begun = time.perf_counter()
        before = self._before
        np.subtract(self._network.parameter_vector[: len(before)], before, out=before)
        for index, where in self._view.slices:
            weight = self._per_node[2, index]
            moved = rms(before[where])
            self._per_node[1, index] = moved / weight if weight > 0 else math.nan
        now = time.perf_counter()
        self._look_seconds += now - begun
        self._spent += self._look_seconds
        elapsed = now - self._begun - self._idle
        self._head[:] = (self._steps, elapsed, self.cost, loss)
        self.rows.append(self._row.copy())
        self._due = now + max(self._interval, self._look_seconds / self._cost_target)

    # ------------------------------------------------------------------ asked by others

    @property
    def cost(self) -> float:
        """The share of the time since the observer was made that looking has taken."""
        elapsed = time.perf_counter() - self._begun - self._idle
        return self._spent / elapsed if elapsed > 0 else 0.0

    def charge(self, seconds: float) -> None:
        """Count time that others spent on showing the run (copies of weights, histograms) as looking."""
        self._spent += seconds

    def rest(self, seconds: float) -> None:
        """Leave out time in which the run was held."""
        self._idle += seconds

    def look_now(self) -> None:
        """Make the next step due."""
        self._due = 0.0

    def begin_at(self, step: int) -> None:
        """Count steps from here: for a run that goes on after `step`."""
        self._steps = step

    def take(self) -> list[Observation]:
        """Return the looks since the last call, oldest first."""
        found = [self.layout.read(row) for row in self.rows]
        self.rows.clear()
        return found

    # ------------------------------------------------------------------ looking

    def _look_through_time(self) -> None:
        for one in self.layout.recurrent:
            for direction, array in enumerate(self._through_time.get(one.node, ())):
                self._over_time[one.node][direction] = [rms(array[step]) for step in one.steps]

    def _view_of(self, plan: Plan) -> _View:
        """Return where what a plan tells of stands in a row. What another phase's plan told last stays beside it."""
        view = self._views.get(id(plan.program))
        if view is None:
            places = {edge: place for place, edge in enumerate(self.layout.edges)}
            slices = enumerate(self._slices.items())
            view = _View(
                tuple(places.get(edge, -1) for edge in plan.observed_edges),
                tuple((index, where) for index, (node, where) in slices if node in plan.program.moving),
            )
            self._views[id(plan.program)] = view
        return view

    def _look_at(self, node_id: str, tap: Tap, traits: Traits) -> tuple[float, float, float, float]:
        pre, post = first_samples(tap.pre), first_samples(tap.post)
        mean = float(post.mean(dtype=np.float64))
        std = math.sqrt(max(float(np.vdot(post, post)) / post.size - mean * mean, 0.0))
        dead = math.nan
        if traits.can_die:
            dead = self._dead_share(node_id, post.reshape(-1, post.shape[-1]))
        return mean, std, traits.saturated_share(pre), dead

    def _dead_share(self, node_id: str, post: Array) -> float:
        """Return the share of units (last axis) that were 0 for all of the last samples; NaN before there are any."""
        seen = self._samples_seen[node_id]
        last = self._last_alive.get(node_id)
        if last is None:
            last = self._last_alive[node_id] = np.zeros(post.shape[1], np.int64)
        last[post.any(axis=0)] = seen
        if seen < self._window:
            return math.nan
        return float(np.count_nonzero(seen - last >= self._window)) / len(last)


def first_samples(array: Array, elements: int = LOOK_ELEMENTS) -> Array:
    """Return as many samples from the beginning of a batch as hold `elements` values at most (at least one)."""
    per_sample = max(array.size // max(len(array), 1), 1)
    return array[: max(elements // per_sample, 1)]


@np.errstate(all="ignore")
def rms(array: Array) -> float:
    """Return the root mean square of an array; computed in float64 where float32 would overflow or vanish."""
    flat = array.reshape(-1)
    if not flat.size:
        return 0.0
    square = float(np.dot(flat, flat))
    if not 1e-30 < square < 1e30:
        wide = flat.astype(np.float64)
        square = float(np.dot(wide, wide))
    return math.sqrt(square / flat.size) if square == square else math.nan
