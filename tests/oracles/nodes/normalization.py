"""Normalizations: over the batch, features, channels and groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, first, floats, last, run_layer, runs


@runs("BatchNormalization")
def batch(node: Node) -> list[Array | None]:
    node.refuse(spatial=1)
    x, scale, shift, mean, variance = node.arrays(5)
    weights = {"gamma": scale, "beta": shift, "moving_mean": mean, "moving_variance": variance}
    training = bool(node.get("training_mode", 0))
    settings = {"epsilon": node.get("epsilon", 1e-5), "momentum": node.get("momentum", 0.9)}
    if training:
        return list(_trained(last(x), settings, weights))
    return [first(run_layer("BatchNormalization", [last(x)], settings, weights)[0])]  # type: ignore[arg-type]


def _trained(x: Array, settings: dict[str, Any], weights: dict[str, Any]) -> tuple[Array, Array, Array]:
    """Return (y, running mean, running variance) of a training step."""
    import engine
    from engine.design import Design

    design = Design()
    node = design.add("BatchNormalization", design.add("Input", shape=x.shape[1:]), **settings)
    design.add("Output", node, loss="mean_squared_error")
    network = engine.compile(design, seed=0)
    network.load_weights({f"{node.name}/{name}": array for name, array in weights.items()})
    plan = network.plan(len(x), training=True)
    next(iter(plan.inputs.values()))[...] = x
    plan.forward()
    y = next(iter(plan.predictions.values()))
    moving = (network.weights[f"{node.name}/moving_{what}"] for what in ("mean", "variance"))
    return first(y), *moving  # type: ignore[return-value]


@runs("LayerNormalization", "RMSNormalization")
def features(node: Node) -> list[Array | None]:
    (x, scale), shift = node.arrays(2), node.input(2)
    node.refuse(stash_type=1)
    axis = node.get("axis", -1) % x.ndim
    wide = x.shape[axis:]
    rows = x.reshape(-1, int(np.prod(wide)))
    flat = np.ascontiguousarray(np.broadcast_to(scale, wide)).reshape(-1)
    epsilon = node.get("epsilon", 1e-5)
    if node.operator == "RMSNormalization":
        y = run_layer("RMSNormalization", [rows], {"epsilon": epsilon}, {"scale": flat})[0]
        return [y.reshape(x.shape)]
    weights = {"gamma": flat}
    if shift is not None:
        weights["beta"] = np.ascontiguousarray(np.broadcast_to(shift, wide)).reshape(-1)
    settings = {"epsilon": epsilon, "center": shift is not None}
    y = run_layer("LayerNormalization", [rows], settings, weights)[0]
    return [y.reshape(x.shape), None, None]


@runs("GroupNormalization", "InstanceNormalization")
def groups(node: Node) -> list[Array]:
    x, scale, shift = node.arrays(3)
    settings: dict[str, Any] = {"epsilon": node.get("epsilon", 1e-5)}
    name = node.operator
    if name == "GroupNormalization":
        settings["groups"] = node.get("num_groups")
        if len(scale) != x.shape[1]:
            raise Skip("GroupNormalization: one scale for each group (until version 18)")
    return [first(run_layer(name, [last(x)], settings, {"gamma": scale, "beta": shift})[0])]


@runs("MeanVarianceNormalization")
def mean_variance(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    if list(node.get("axes", [0, 2, 3])) != [0, 2, 3]:
        raise Skip("MeanVarianceNormalization: axes")
    settings = {"center": False, "scale": False, "epsilon": 1e-9}
    channels = np.zeros(x.shape[1], x.dtype)
    weights = {"moving_mean": channels, "moving_variance": channels}
    return [first(run_layer("BatchNormalization", [last(x)], settings, weights, training=True)[0])]


@runs("LpNormalization")
def length(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    if node.get("p", 2) != 2:
        raise Skip("LpNormalization: p (ours is the Euclidean length)")
    axis = node.get("axis", -1)
    moved = last(x, axis)
    rows = run_layer("UnitNormalization", [moved.reshape(-1, moved.shape[-1])])[0]
    return [first(rows.reshape(moved.shape), axis)]
