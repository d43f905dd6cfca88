"""One training step, as fast as it goes: fill, forward, loss, backward, clip, update."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.design.settings import TrainingSettings
from engine.optimizers.base import Updater
from engine.training.forcing import forcing
from engine.training.targets import BoundData

Array = NDArray[Any]
Segments = tuple[tuple[int, int], ...]
Step = Callable[[Array, float], tuple[float, float]]
"""step(indices, learning_rate) -> (loss, gradient norm); both not finite, or one, where the weights did not move."""


class StepObserver(Protocol):
    """Looks into a step now and then; `Observer` is the one."""

    def due(self) -> bool:
        """Return whether to look into the step at hand. Asked at every step, so it must be quick."""

    def forward_done(self, plan: Plan) -> None:
        """Look at the activations."""

    def record(self, edge: int, gradient: Array) -> None:
        """Look at the gradient that reaches a wire."""

    def backward_done(self) -> None:
        """Look at the gradients of the parameters, before the weights move."""

    def updated(self, plan: Plan, loss: float) -> None:
        """Look at how far the weights moved."""


def make_step(
    network: Network, plan: Plan, data: BoundData, updater: Updater, settings: TrainingSettings,
    observer: StepObserver | None, segments: Segments | None = None, clip_weights: float = 0.0,
) -> Step:  # fmt: skip
    """Return the function that takes one step with this plan.

    `segments` are those of the phase at hand, all that move where there is none; `clip_weights` cuts what is in them
    after each step, where it is not 0.
    """
    segments = network.segments if segments is None else segments
    fill, forward, measure, backward = forcing(network, plan, data), plan.forward, plan.loss, plan.backward
    norm_of, clip = gradient_norm(network, segments), gradient_clipper(network, settings, segments)
    update = clipping(network, updater, segments, clip_weights) if clip_weights else updater.step
    isfinite = math.isfinite

    @np.errstate(all="ignore")  # what overflows shows in the loss or the norm, which are looked at
    def step(indices: Array, learning_rate: float) -> tuple[float, float]:
        fill(indices)
        forward()
        loss = measure()
        if not isfinite(loss):
            return loss, math.nan
        if observer is not None and observer.due():
            return observed(loss, learning_rate)
        backward()
        norm = norm_of()
        if isfinite(norm):
            if clip is not None:
                clip(norm)
            update(learning_rate)
        return loss, norm

    def observed(loss: float, learning_rate: float) -> tuple[float, float]:
        assert observer is not None
        observer.forward_done(plan)
        plan.backward_observed(observer.record)
        norm = norm_of()
        if isfinite(norm):
            observer.backward_done()
            if clip is not None:
                clip(norm)
            update(learning_rate)
            observer.updated(plan, loss)
        return loss, norm

    return step


def clipping(network: Network, updater: Updater, segments: Segments, limit: float) -> Callable[[float], None]:
    """Return an update that cuts every parameter to [-limit, limit] after it has moved."""
    parts = [network.parameter_vector[start:stop] for start, stop in segments]
    clip, step = np.clip, updater.step

    def update(learning_rate: float) -> None:
        step(learning_rate)
        for part in parts:
            clip(part, -limit, limit, out=part)

    return update


def gradient_norm(network: Network, segments: Segments) -> Callable[[], float]:
    """Return the function that gives the Euclidean norm of the gradient of all that moves."""
    parts = [network.gradient_vector[start:stop] for start, stop in segments]
    dot, sqrt, isfinite = np.dot, math.sqrt, math.isfinite

    def norm() -> float:
        total = 0.0
        for part in parts:
            total += float(dot(part, part))
        # The squares of a gradient beyond 1.8e19 overflow float32 although the gradient is finite.
        return sqrt(total) if isfinite(total) else math.sqrt(_wide_square(parts))

    return norm


def _wide_square(parts: list[Array]) -> float:
    total = 0.0
    for part in parts:
        wide = part.astype(np.float64)
        total += float(np.dot(wide, wide))
    return total if not math.isnan(total) else math.nan


def gradient_clipper(
    network: Network, settings: TrainingSettings, segments: Segments
) -> Callable[[float], None] | None:
    """Return the function that cuts the gradient as the settings say, or None where they don't.

    value: each component to [-c, c]. norm: each parameter's gradient g to g · min(1, c / ||g||), as Keras' clipnorm.
    global_norm: the same with the norm of all (Pascanu, Mikolov and Bengio 2013, On the difficulty of training
    recurrent neural networks, section 3.2).
    """
    limit, gradient = settings.clip_limit, network.gradient_vector
    parts = [gradient[start:stop] for start, stop in segments]
    if settings.clip == "value":

        def clip_values(norm: float) -> None:
            if norm > limit:  # a component can only exceed the limit where the norm does
                for part in parts:
                    np.clip(part, -limit, limit, out=part)

        return clip_values
    if settings.clip == "norm":
        own = [
            gradient[where]
            for where in network.parameter_slices.values()
            if any(start <= where.start and where.stop <= stop for start, stop in segments)
        ]

        def clip_each(norm: float) -> None:
            if norm > limit:
                for part in own:
                    length = math.sqrt(float(np.dot(part, part)))
                    if not math.isfinite(length):
                        length = math.sqrt(_wide_square([part]))
                    if length > limit:
                        np.multiply(part, part.dtype.type(limit / length), out=part)

        return clip_each
    if settings.clip == "global_norm":

        def clip_all(norm: float) -> None:
            if norm > limit:
                for part in parts:
                    np.multiply(part, part.dtype.type(limit / norm), out=part)

        return clip_all
    return None


def first_not_finite(network: Network, plan: Plan) -> tuple[str, str]:
    """Return (node id, what) of the first place, in the order of the network, that holds a NaN or an infinity."""
    for node_id in network.inference.order:
        name = network.design.nodes[node_id].name
        for key, parameter in network.parameters.items():
            if key.rpartition("/")[0] == name and not np.isfinite(parameter).all():
                return node_id, f"the weights {key} are not finite"
        if node_id in plan.inputs and not _all_finite(plan.inputs[node_id]):
            return node_id, "the data itself is not finite there"
        tap = plan.taps.get(node_id)
        if tap is not None and not (_all_finite(tap.pre) and _all_finite(tap.post)):
            return node_id, "its output is the first that is not finite"
    for node_id, target in plan.targets.items():
        if not _all_finite(target):
            return node_id, "the targets are not finite"
    return next(iter(plan.targets), ""), "the loss itself overflows"


def gradient_not_finite(network: Network) -> tuple[str, str]:
    """Return (node id, what) of the layer nearest to the output whose gradient holds a NaN or an infinity."""
    ids = {node.name: node.id for node in network.design.nodes.values()}
    for key, where in reversed(network.parameter_slices.items()):
        if not _all_finite(network.gradient_vector[where]):
            return ids.get(key.rpartition("/")[0], ""), f"the gradient of {key} is not finite"
    return "", "the gradient is not finite"


def _all_finite(array: Array) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())
