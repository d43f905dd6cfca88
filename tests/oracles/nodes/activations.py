"""Functions of one value at a time, and softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.activations import activations
from tests.oracles.adapter import Array, Node, Skip, first, flat, floats, last, run_layer, runs


def activate(x: Array, name: str, **settings: Any) -> Array:
    """Return an activation of ours, applied along the last axis."""
    if name not in activations.names():
        raise Skip(f"no activation {name}")
    function = {"name": name, **settings} if settings else name
    return run_layer("Activation", [x], {"function": function})[0]


def each(node: Node, name: str, **settings: Any) -> list[Array]:
    """Run an activation that works value by value."""
    (x,) = node.arrays(1)
    floats(x)
    return [activate(flat(x), name, **settings).reshape(x.shape)]


PLAIN = {
    "Identity": "linear",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Mish": "mish",
    "HardSwish": "hard_silu",
    "Exp": "exponential",
}


@runs(*PLAIN)
def plain(node: Node) -> list[Array]:
    return each(node, PLAIN[node.operator])


@runs("LeakyRelu")
def leaky_relu(node: Node) -> list[Array]:
    return each(node, "leaky_relu", negative_slope=node.get("alpha", 0.01))


@runs("Elu", "Celu")
def elu(node: Node) -> list[Array]:
    return each(node, node.operator.lower(), alpha=node.get("alpha", 1.0))


@runs("Selu")
def selu(node: Node) -> list[Array]:
    alpha, gamma = node.get("alpha", 1.6732632), node.get("gamma", 1.0507010)
    if abs(alpha - 1.6732632) > 1e-6 or abs(gamma - 1.0507010) > 1e-6:
        # gamma elu(x, alpha) is what it says, and elu is ours.
        return [gamma * y for y in each(node, "elu", alpha=alpha)]
    return each(node, "selu")


@runs("Gelu")
def gelu(node: Node) -> list[Array]:
    return each(node, "gelu", approximate=node.get("approximate", "none") == "tanh")


@runs("Swish")
def swish(node: Node) -> list[Array]:
    node.refuse(alpha=1.0)
    return each(node, "swish")


@runs("HardSigmoid")
def hard_sigmoid(node: Node) -> list[Array]:
    # Ours, like that of Keras and PyTorch, is clip(z / 6 + 1/2): an affine input gives it every other slope.
    alpha, beta, (x,) = node.get("alpha", 0.2), node.get("beta", 0.5), node.inputs
    assert x is not None
    z = (6 * (alpha * x + beta - 0.5)).astype(x.dtype)
    return each(Node(node.operator, {}, [z]), "hard_sigmoid")


@runs("Clip")
def clip(node: Node) -> list[Array]:
    low, high = (node.get(n) if node.input(i) is None else node.input(i) for i, n in ((1, "min"), (2, "max")))
    floats(node.inputs[0])
    if low is not None and float(low) == 0 and (high is None or float(high) == 6):
        return each(node, "relu" if high is None else "relu6")
    if low is None and high is None:
        return each(node, "linear")
    raise Skip("Clip: other bounds than those of relu and relu6")


@runs("PRelu")
def prelu(node: Node) -> list[Array]:
    x, slope = node.arrays(2)
    if node.opset < 7 and slope.size > 1:  # until then a slope was one for each channel
        slope = slope.reshape(-1, *(1,) * (x.ndim - 2))
    wide = np.broadcast_to(slope, x.shape)
    shared = tuple(
        a for a in range(1, x.ndim) if np.array_equal(wide, np.repeat(wide.take([0], a), x.shape[a], a))
    )
    if not np.array_equal(wide, np.repeat(wide[:1], len(x), 0)):
        # Every sample has slopes of its own: all of them are one sample of a batch of one.
        y = run_layer("PReLU", [x[None]], {}, {"alpha": np.ascontiguousarray(wide)})[0]
        return [y[0]]
    alpha = wide[0]
    for axis in shared:
        alpha = alpha.take([0], axis - 1)
    return run_layer("PReLU", [x], {"shared_axes": shared}, {"alpha": np.ascontiguousarray(alpha)})


@runs("Softmax", "LogSoftmax")
def softmax(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    axis = node.get("axis", -1 if node.opset >= 13 else 1) % x.ndim
    if node.opset < 13:  # until then all axes from `axis` on were one
        rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
        y = activate(rows, "softmax").reshape(x.shape)
    else:
        moved = last(x, axis)
        y = first(activate(moved.reshape(-1, moved.shape[-1]), "softmax").reshape(moved.shape), axis)
    if node.operator == "LogSoftmax":
        if y.min() == 0:
            raise Skip("LogSoftmax: probabilities that are 0 in float32 (no log-softmax of ours)")
        return [np.log(y)]
    return [y]
