"""A whole graph as one design, where each of its nodes is a layer of ours on the arrays as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.design import Design
from tests.oracles.adapter import Array, compute, feed

MERGES = {
    "Add": "Add",
    "Sum": "Add",
    "Mul": "Multiply",
    "Sub": "Subtract",
    "Max": "Maximum",
    "Min": "Minimum",
}
FUNCTIONS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Softmax": "softmax",
    "Softplus": "softplus",
}


def fits(graph: Any, values: Mapping[str, Array]) -> bool:
    """Return whether a graph has several nodes, all of these kinds, on real numbers."""
    known = {*MERGES, *FUNCTIONS, "Neg", "Split"}
    real = all(np.issubdtype(array.dtype, np.floating) for array in values.values())
    last = all(
        a.i == -1
        for node in graph.node
        if node.op_type == "Split"
        for a in node.attribute
        if a.name == "axis"
    )
    return real and last and len(graph.node) > 1 and all(node.op_type in known for node in graph.node)


def run_whole(graph: Any, values: Mapping[str, Array]) -> dict[str, Array]:
    """Compile the graph as one design, and return its outputs. `values` are its inputs and its constants."""
    design, weights = Design("graph"), {}
    arrays = [array if array.ndim > 1 else array[None] for array in values.values()]
    at: dict[str, Any] = {name: feed(design, a) for name, a in zip(values, arrays, strict=True)}
    width = arrays[0].shape[-1]
    for node in graph.node:
        given = [at[name] for name in node.input]
        if node.op_type == "Neg":  # the identity, turned round
            layer = design.add("Dense", given, units=width, use_bias=False)
            weights[f"{layer.name}/kernel"] = -np.eye(width, dtype=arrays[0].dtype)
        elif (
            node.op_type == "Split"
        ):  # two halves of the last axis, each as a product with a part of the identity
            for place, half in enumerate(np.split(np.eye(width, dtype=arrays[0].dtype), 2, axis=1)):
                layer = design.add("Dense", given, units=half.shape[1], use_bias=False)
                weights[f"{layer.name}/kernel"] = half
                at[node.output[place]] = layer
            continue
        elif node.op_type in MERGES:
            layer = design.add(MERGES[node.op_type], given)
        else:
            layer = design.add("Activation", given, function=FUNCTIONS[node.op_type])
        at[node.output[0]] = layer
    names = [output.name for output in graph.output]
    for name in names:
        design.add("Output", at[name], loss="mean_squared_error", name=f"out {name}")
    found = compute(design, arrays, weights, [f"out {name}" for name in names])
    batched = next(iter(values.values())).ndim > 1
    return {name: y if batched else y[0] for name, y in zip(names, found, strict=True)}
