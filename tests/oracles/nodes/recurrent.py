"""Recurrent layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, floats, run_layer, runs

BLOCKS = {"RNN": (0,), "LSTM": (0, 2, 3, 1), "GRU": (0, 1, 2)}
"""Where each of our gates (i, f, c, o and z, r, h) lies among those of ONNX (i, o, f, c and z, r, h)."""
LAYERS = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}
DIRECTIONS = {"forward": "forward", "reverse": "backward", "bidirectional": "bidirectional"}
USUAL = {"RNN": ["Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}


@runs("RNN", "LSTM", "GRU")
def recurrent(node: Node) -> list[Array | None]:
    x, w, r = node.arrays(3)
    bias, lengths = node.input(3), node.input(4)
    floats(x)
    if node.input(7) is not None:
        raise Skip("LSTM: peepholes")
    node.refuse(clip=None, input_forget=0)
    by_batch = bool(node.get("layout", 0))
    sequences = x if by_batch else np.ascontiguousarray(x.swapaxes(0, 1))
    if lengths is not None and any(int(n) != sequences.shape[1] for n in lengths):
        raise Skip("recurrent: sequences of several lengths")
    settings = settings_of(node, units=r.shape[2], bias=bias is not None)
    weights = weights_of(node, w, r, bias)
    states = [node.input(i) for i in (5, 6)]
    given = [
        np.ascontiguousarray((s if by_batch else s.swapaxes(0, 1)).reshape(len(sequences), -1))
        for s in states
        if s is not None
    ]
    whole, *finals = run_layer(LAYERS[node.operator], [sequences, *given], settings, weights)
    return outputs_of(node, whole, finals, dirs=len(w), by_batch=by_batch)


def settings_of(node: Node, *, units: int, bias: bool) -> dict[str, Any]:
    """Return the settings of our layer."""
    direction = DIRECTIONS[node.get("direction", "forward")]
    names = [a.decode() if isinstance(a, bytes) else a for a in node.get("activations", ())]
    one = USUAL[node.operator]
    usual = names == one * (len(names) // len(one))
    if not usual and (node.operator != "RNN" or set(names) != {"Relu"}):
        raise Skip("recurrent: activations")
    found: dict[str, Any] = {
        "units": units,
        "use_bias": bias,
        "return_sequences": True,
        "direction": direction,
    }
    if names and node.operator == "RNN":
        found["activation"] = names[0].lower()
    if node.operator == "GRU":
        found["reset_after"] = bool(node.get("linear_before_reset", 0))
    return found


def weights_of(node: Node, w: Array, r: Array, bias: Array | None) -> dict[str, Array]:
    """Return kernels and biases as our layer keeps them."""
    prefixes = ("forward_", "backward_") if len(w) == 2 else ("",)
    found: dict[str, Array] = {}
    for place, prefix in enumerate(prefixes):
        found[f"{prefix}kernel"] = ordered(node, w[place]).T.copy()
        found[f"{prefix}recurrent_kernel"] = ordered(node, r[place]).T.copy()
        if bias is not None:
            both = [ordered(node, half[:, None])[:, 0] for half in np.split(bias[place], 2)]
            apart = node.operator == "GRU" and node.get("linear_before_reset", 0)
            found[f"{prefix}bias"] = np.stack(both) if apart else both[0] + both[1]
    return found


def ordered(node: Node, rows: Array) -> Array:
    """Return the rows of the gates in our order."""
    blocks = np.split(rows, len(BLOCKS[node.operator]))
    return np.concatenate([blocks[place] for place in BLOCKS[node.operator]])


def outputs_of(
    node: Node, whole: Array, finals: list[Array], *, dirs: int, by_batch: bool
) -> list[Array | None]:
    """Return Y, Y_h and Y_c in the layout of the node."""
    batch, steps, _ = whole.shape
    y = whole.reshape(batch, steps, dirs, -1)
    if node.get("direction", "forward") == "reverse":
        y = y[:, ::-1]
    states = [state.reshape(batch, dirs, -1) for state in finals]
    if by_batch:
        return [y, *states]
    return [y.transpose(1, 2, 0, 3), *(state.swapaxes(0, 1) for state in states)]
