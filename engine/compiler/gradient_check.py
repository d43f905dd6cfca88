"""The gradient checker: back-propagation against central differences, in float64.

For each parameter, g_i is compared with d_i = (L(w_i + h) - L(w_i - h)) / 2h. The error reported is the largest
|g_i - d_i| / max(|g_i|, |d_i|, floor). Below the floor a central difference in float64 holds no digits to compare: it
is a small part of the largest gradient of that parameter, or what the rounding of the loss alone makes of d_i.

A difference has errors of its own, which say nothing of the gradient: a step may cross a kink (ReLU, max pooling), and
where the gradient is tiny (a vanishing one) rounding drowns it. So a value that does not agree at once is looked at
again with a smaller step, with a coarser one, and with a wide step by the rule of fourth order,
d_i = (L(-2h) - 8 L(-h) + 8 L(h) - L(2h)) / 12h. A wrong gradient agrees with none of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network, Samples, compile_design

STEP = 1e-5
FLOOR = 1e-4
"""Part of a parameter's largest gradient below which differences are compared absolutely."""
PASS = 1e-6
"""The relative error under which a gradient counts as right."""
FINE, COARSE, WIDE = 0.1, 10.0, 100.0
"""The further steps, as multiples of the first."""
ROUNDING = 4 * float(np.finfo(np.float64).eps)
"""How far the loss may be off by rounding, as a part of its size."""


@np.errstate(all="ignore")  # what overflows shows as an infinite error
def check_gradients(
    network: Network,
    x: Samples,
    y: Samples | None = None,
    *,
    sample: int = 24,
    step: float = STEP,
    seed: int = 0,
) -> dict[str, float]:
    """Return, for each parameter that moves, the worst relative error of its gradient on the batch (x, y).

    At most `sample` values of each parameter are moved, drawn with `seed`, the largest gradients among them.
    The network itself is not changed: the check runs on a float64 copy with the same weights. Errors under 1e-6 (PASS)
    are right.
    """
    twin = compile_design(network.design, seed=network.seed, dtype="float64")
    twin.load_weights({name: np.asarray(array, np.float64) for name, array in network.weights.items()})
    plan = twin.plan(twin.batch_of(x), training=True)
    twin.feed(plan, x, y)
    plan.forward()
    plan.effective.holding = True  # a gradient is exact with the estimates of the forward pass held
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
    if not np.isfinite(gradient).all():
        return math.inf
    count = weights.size
    largest = np.argsort(-np.abs(gradient))[: sample // 2]
    drawn = random.choice(count, size=min(count, sample - len(largest)), replace=False)
    noise = ROUNDING * abs(loss()) / (WIDE * step)
    floor = max(FLOOR * float(np.abs(gradient).max(initial=0.0)), noise / PASS, 1e-12)
    worst = 0.0
    for index in np.unique(np.concatenate([largest, drawn])):
        kept, slope = weights[index], float(gradient[index])

        def at(offset: float, index: Any = index, kept: Any = kept) -> float:
            weights[index] = kept + offset
            return loss()

        error = math.inf
        for difference in _differences(at, step):
            scale = max(abs(difference), abs(slope), floor)
            # A comparison with NaN is never smaller: what is not a number stays the worst there is.
            error = min(error, abs(slope - difference) / scale) if math.isfinite(difference) else error
            if error < PASS / 10:
                break
        weights[index] = kept
        worst = max(worst, error)
    return worst


def _differences(at: Callable[[float], float], step: float) -> Iterator[float]:
    """Yield estimates of the slope, each where the one before did not agree."""
    for h in (step, FINE * step, COARSE * step):
        yield (at(h) - at(-h)) / (2 * h)
    h = WIDE * step
    yield (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h)
