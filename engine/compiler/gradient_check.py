"""The gradient checker: back-propagation against central differences, in float64.

For each parameter, g_i is compared with (L(w_i + h) - L(w_i - h)) / 2h. The error reported is the largest
|g_i - d_i| / max(|g_i|, |d_i|, floor), where the floor is a small part of the largest gradient of that parameter: below
it a central difference in float64 holds no digits to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network, Samples, compile_design

STEP = 1e-5
FLOOR = 1e-4
"""Part of a parameter's largest gradient below which differences are compared absolutely."""
PASS = 1e-6
"""The relative error under which a gradient counts as right."""


def check_gradients(
    network: Network, x: Samples, y: Samples, *, sample: int = 24, step: float = STEP, seed: int = 0
) -> dict[str, float]:
    """Return, for each parameter that moves, the worst relative error of its gradient on the batch (x, y).

    At most `sample` values of each parameter are moved, drawn with `seed`, the largest gradients among them.
    The network itself is not changed: the check runs on a float64 copy with the same weights. Errors well
    under 1e-6 are right; a network with kinks (ReLU, max pooling) can show more where a step crosses one.
    """
    twin = compile_design(network.design, seed=network.seed, dtype="float64")
    twin.load_weights({name: np.asarray(array, np.float64) for name, array in network.weights.items()})
    plan = twin.plan(twin.batch_of(x), training=True)
    twin.feed(plan, x, y)
    statistics, streams = twin.store.statistics.copy(), twin.random_states()

    def loss() -> float:
        # A forward pass moves statistics and dropout's streams by itself: every pass must start from the same.
        twin.store.statistics[...] = statistics
        twin.restore_random_states(streams)
        plan.forward()
        return plan.loss()

    loss()
    plan.backward()
    gradient = twin.gradient_vector.copy()
    random = np.random.default_rng(seed)
    return {
        name: _worst(
            twin.weights[name].reshape(-1), gradient[twin.parameter_slices[name]], loss, sample, step, random
        )
        for name, _ in twin.moving_parameters()
    }


def _worst(
    weights: NDArray[Any],
    gradient: NDArray[Any],
    loss: Callable[[], float],
    sample: int,
    step: float,
    random: np.random.Generator,
) -> float:
    count = weights.size
    largest = np.argsort(-np.abs(gradient))[: sample // 2]
    drawn = random.choice(count, size=min(count, sample - len(largest)), replace=False)
    floor = FLOOR * float(np.abs(gradient).max(initial=0.0)) + 1e-12
    worst = 0.0
    for index in np.unique(np.concatenate([largest, drawn])):
        kept = weights[index]
        weights[index] = kept + step
        above = loss()
        weights[index] = kept - step
        below = loss()
        weights[index] = kept
        difference = (above - below) / (2 * step)
        scale = max(abs(difference), abs(gradient[index]), floor)
        worst = max(worst, float(abs(gradient[index] - difference) / scale))
    return worst
