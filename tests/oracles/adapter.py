"""One node of an ONNX graph as one of our layers, activations, losses or optimizers.

Each function below `nodes/` says for one operator which of ours has its meaning, brings the arrays into our layout
(channels last, weights as we keep them) and runs it through the engine. Where an option has no counterpart it raises
Skip with the reason, which is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.design import Design
from engine.layers import layers
from engine.layers.base import Layer

Array = NDArray[Any]


class Skip(Exception):  # noqa: N818 - it is no error
    """Nothing of ours has this meaning; the text is the reason under which it is counted."""


@dataclass
class Node:
    """An operator with its attributes and inputs; an input that is left out is None."""

    operator: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Array | None] = ()
    outputs: int = 1
    opset: int = 99

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute; text as str."""
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def arrays(self, count: int) -> tuple[Array, ...]:
        """Return the first inputs, which the operator can't do without."""
        found = tuple(array for array in self.inputs[:count] if isinstance(array, np.ndarray | np.generic))
        if len(found) != count:
            raise Skip("sequences and optional values, which are not arrays")
        return found

    def input(self, place: int) -> Array | None:
        """Return an optional input."""
        return self.inputs[place] if place < len(self.inputs) else None

    def refuse(self, **defaults: Any) -> None:
        """Skip where an attribute has a value other than that at which it says nothing."""
        for name, default in defaults.items():
            if self.get(name, default) != default:
                raise Skip(f"{self.operator}: {name}")


Run = Callable[[Node], Sequence[Array | None]]
_RUNS: dict[str, Run] = {}


def runs(*operators: str) -> Callable[[Run], Run]:
    """Register a function as the way to run these operators."""

    def register(function: Run) -> Run:
        for operator in operators:
            _RUNS[operator] = function
        return function

    return register


def known() -> tuple[str, ...]:
    """Return the operators that one of ours has the meaning of."""
    from tests.oracles import nodes  # noqa: F401 - importing registers

    return tuple(sorted(_RUNS))


def run_node(
    operator: str, attributes: Mapping[str, Any], inputs: Sequence[Array | None], **more: Any
) -> Any:
    """Return the outputs of a node, None for one that ours does not give. Raises Skip."""
    known()
    if operator not in _RUNS:
        raise Skip("no layer, loss or optimizer of ours has this meaning")
    return _RUNS[operator](Node(operator, attributes, [real(x) for x in inputs], **more))


def real(array: Array | None) -> Array | None:
    """Return half precision as float32: every half is one, and results are compared as halves."""
    if isinstance(array, np.ndarray) and array.dtype.name in ("float16", "bfloat16"):
        return array.astype(np.float32)
    return array


def need(name: str) -> type[Layer]:
    """Return one of our layer types; a case waits for a layer that is not there yet."""
    if name not in layers.classes:
        raise Skip(f"no layer {name}")
    return layers[name]


def run_layer(
    name: str,
    inputs: Sequence[Array],
    settings: Mapping[str, Any] | None = None,
    weights: Mapping[str, Array] | None = None,
    *,
    training: bool = False,
) -> list[Array]:
    """Compile a design of one layer, and return what leaves its ports. The first axis of each input is the batch."""
    need(name)
    design = Design("oracle")
    feeding = [feed(design, array) for array in inputs]
    node = design.add(name, feeding, **dict(settings or {}))
    ports = [port.name for port in node.layer.OUTPUTS]
    for port in ports:
        design.add("Output", (node, port), loss="mean_squared_error", name=f"port {port}")
    return compute(design, inputs, {f"{node.name}/{key}": array for key, array in (weights or {}).items()},
                   [f"port {port}" for port in ports], training=training)  # fmt: skip


def feed(design: Design, array: Array) -> Any:
    """Add an Input for an array."""
    if array.ndim < 2:
        raise ValueError("an input needs a batch and one more axis")
    integer = np.issubdtype(array.dtype, np.integer)
    return design.add("Input", shape=array.shape[1:], dtype="int" if integer else "float")


def compute(
    design: Design,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    outputs: Sequence[str],
    *,
    training: bool = False,
) -> list[Array]:
    """Compile a design, load `weights` into it and return its predictions at `outputs`, in their order."""
    double = any(array.dtype == np.float64 for array in (*inputs, *weights.values()))
    network = engine.compile(design, seed=0, dtype="float64" if double else "float32")
    unknown = set(weights) ^ set(network.weights)
    assert not unknown, f"weights that do not match: {unknown}"
    network.load_weights(weights)
    plan = network.plan(len(inputs[0]), training=training)
    for node_id, array in zip(network.inputs, inputs, strict=True):
        plan.inputs[node_id][...] = array
    plan.forward()
    names = {network.design.nodes[node_id].name: array for node_id, array in plan.predictions.items()}
    return [names[name].copy() for name in outputs]


def floats(*arrays: Array | None) -> None:
    """Skip what does not compute with real numbers."""
    for array in arrays:
        if array is not None and not np.issubdtype(np.asarray(array).dtype, np.floating):
            raise Skip("whole numbers or truth values, and our layers compute with real numbers")


def flat(x: Array) -> Array:
    """Return an array as one row of a batch: for what works value by value."""
    return x.reshape(1, -1)


def last(x: Array, axis: int = 1) -> Array:
    """Return an array with an axis (the channels) moved to the end."""
    return np.ascontiguousarray(np.moveaxis(x, axis, -1))


def first(x: Array, axis: int = 1) -> Array:
    """Return an array with its last axis (the channels) moved to `axis`."""
    return np.moveaxis(x, -1, axis)
