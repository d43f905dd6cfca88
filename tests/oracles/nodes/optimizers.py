"""A single step of an optimizer, from slots in mid-run."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.optimizers import optimizers
from engine.optimizers.base import Updater
from tests.oracles.adapter import Array, Node, Skip, runs

LATE = 10**6
"""Steps after which a correction for slots that began at 0 is none any more."""


def step(
    name: str, rate: float, x: Array, gradient: Array, slots: dict[str, Array], **settings: Any
) -> Updater:
    """Move `x` by one step of our optimizer late in a run, whose slots stand as given; they move too."""
    vector, downhill = x.reshape(-1), gradient.reshape(-1).astype(x.dtype)
    optimizer = optimizers.get({"name": name, "learning_rate": rate, **settings})
    updater = Updater(optimizer, vector, downhill, ((0, vector.size),))
    assert set(updater.slots) == set(slots)
    for key, array in slots.items():
        updater.slots[key][...] = array.reshape(-1)
    updater.steps = LATE
    updater.step(rate)
    return updater


def groups(node: Node, count: int) -> list[tuple[Array, ...]]:
    """Return (parameter, gradient, slots...) of each parameter: a node takes several."""
    given = [np.array(array, copy=True) for array in node.inputs[2:] if array is not None]
    each = len(given) // (count + 2)
    return [tuple(given[place::each]) for place in range(each)]


def interleaved(found: list[tuple[Array, ...]]) -> list[Array]:
    """Return what moved, in the order of the outputs: every parameter, then every first slot, and so on."""
    return [array for kind in zip(*found, strict=True) for array in kind]


def regularized(node: Node, x: Array, gradient: Array) -> Array:
    """Return the gradient with that of an L2 penalty."""
    return gradient + np.float32(node.get("norm_coefficient", 0.0)) * x


@runs("Adagrad")
def adagrad(node: Node) -> list[Array]:
    rate, count = float(node.inputs[0]), int(node.inputs[1])  # type: ignore[arg-type]
    rate /= 1 + count * node.get("decay_factor", 0.0)
    found = []
    for x, gradient, h in groups(node, 1):
        slots = {"accumulator": h}
        updater = step(
            "adagrad", rate, x, regularized(node, x, gradient), slots, epsilon=node.get("epsilon", 0.0)
        )
        found.append((x, updater.slots["accumulator"].reshape(h.shape)))
    return interleaved(found)


@runs("Adam")
def adam(node: Node) -> list[Array]:
    rate, count = float(node.inputs[0]), int(node.inputs[1])  # type: ignore[arg-type]
    node.refuse(norm_coefficient_post=0.0)
    if count > 0:
        raise Skip("Adam: a count of steps (the case has 0, at which nothing is corrected)")
    found = []
    for x, gradient, v, h in groups(node, 2):
        settings = {
            "beta_1": node.get("alpha", 0.9),
            "beta_2": node.get("beta", 0.999),
            "epsilon": node.get("epsilon", 1e-6),
        }
        slots = {"momentum": v, "velocity": h}
        updater = step("adam", rate, x, regularized(node, x, gradient), slots, **settings)
        found.append((x, *(updater.slots[name].reshape(v.shape) for name in slots)))
    return interleaved(found)


@runs("Momentum")
def momentum(node: Node) -> list[Array]:
    rate, count = float(node.inputs[0]), int(node.inputs[1])  # type: ignore[arg-type]
    kept, weight = node.get("alpha"), node.get("beta") if count > 0 else 1.0
    found = []
    for x, gradient, v in groups(node, 1):
        # Our velocity is what is added to the weights: -rate times that of ONNX.
        slots = {"momentum": -rate * v}
        settings = {"momentum": kept, "nesterov": node.get("mode") == "nesterov"}
        if weight != 1.0 and settings["nesterov"]:
            raise Skip("Momentum: beta in Nesterov's form")
        updater = step("sgd", rate, x, weight * regularized(node, x, gradient), slots, **settings)
        found.append((x, updater.slots["momentum"].reshape(v.shape) / -rate))
    return interleaved(found)
