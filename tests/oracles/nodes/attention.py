"""Attention: each head as a sample, and once more all heads in one layer whose projections change nothing."""

from __future__ import annotations

import math

import numpy as np

from engine.design import Design
from tests.oracles.adapter import Array, Node, Skip, compute, feed, floats, run_layer, runs


@runs("Attention", "FlexAttention")
def attention(node: Node) -> list[Array | None]:
    q, k, v = node.arrays(3)
    floats(q, k, v)
    if node.input(4) is not None or node.input(5) is not None:
        raise Skip("Attention: keys and values kept from earlier calls")
    if node.input(3) is not None:
        raise Skip("Attention: a mask for every pair of query and key (ours are causal, or of padded keys)")
    lengths = node.input(6)
    if lengths is not None and (q.ndim != 4 or q.shape[2] != 1):
        raise Skip("Attention: a store of keys, of which the last few are the queries' own")
    node.refuse(score_mod=None, prob_mod=None, softcap=0.0, left_window_size=-1, right_window_size=-1)
    heads = q.ndim == 3
    if heads:
        q = _split(q, node.get("q_num_heads"))
        k, v = (_split(a, node.get("kv_num_heads")) for a in (k, v))
    groups = q.shape[1] // k.shape[1]
    k, v = (np.repeat(a, groups, axis=1) for a in (k, v))
    scale = node.get("scale") or 1 / math.sqrt(q.shape[-1])
    settings = {"use_scale": True, "use_causal_mask": bool(node.get("is_causal", 0))}
    rows = [np.ascontiguousarray(a.reshape(-1, *a.shape[2:])) for a in (q, v, k)]
    if lengths is not None:  # a single query, the last: it sees every key that is there
        return [
            _padded(rows, np.repeat(lengths, q.shape[1]), scale).reshape(*q.shape[:3], -1),
            None,
            None,
            None,
        ]
    y = run_layer("Attention", rows, settings, {"scale": np.array(scale, q.dtype)})[0]
    y = y.reshape(*q.shape[:3], -1)
    together = _multi_head(q, k, v, scale, causal=settings["use_causal_mask"])
    np.testing.assert_allclose(together, _joined(y), rtol=1e-4, atol=1e-5)
    return [_joined(y) if heads else y, None, None, None]


PADDING = -7.0
"""What padded steps hold; nothing else does."""


def _padded(rows: list[Array], lengths: Array, scale: float) -> Array:
    """Return our Attention of one query to keys and values whose steps from `lengths` on are padding."""
    q, v, k = rows
    padding = np.arange(k.shape[1]) >= lengths[:, None]
    v, k = (np.where(padding[..., None], np.array(PADDING, a.dtype), a) for a in (v, k))
    design = Design("oracle")
    x, values, keys = (feed(design, array) for array in (q, v, k))
    values, keys = (design.add("Masking", node, mask_value=PADDING) for node in (values, keys))
    node = design.add("Attention", [x, values, keys], use_scale=True)
    design.add("Output", node, loss="mean_squared_error", name="y")
    return compute(design, [q, v, k], {f"{node.name}/scale": np.array(scale, q.dtype)}, ["y"])[0]


def _multi_head(q: Array, k: Array, v: Array, scale: float, *, causal: bool) -> Array:
    """Return our MultiHeadAttention of the heads (N, heads, T, d) side by side, (N, T, heads d)."""
    heads, key_dim, value_dim = q.shape[1], q.shape[3], v.shape[3]
    keys, values = (np.eye(heads * n, dtype=q.dtype) for n in (key_dim, value_dim))
    settings = {
        "num_heads": heads,
        "key_dim": key_dim,
        "value_dim": value_dim,
        "output_shape": heads * value_dim,
        "use_bias": False,
        "use_causal_mask": causal,
    }
    weights = {
        "query_kernel": (keys * (scale * math.sqrt(key_dim))).reshape(-1, heads, key_dim).astype(q.dtype),
        "key_kernel": keys.reshape(-1, heads, key_dim),
        "value_kernel": values.reshape(-1, heads, value_dim),
        "output_kernel": values.reshape(heads, value_dim, -1),
    }
    return run_layer("MultiHeadAttention", [_joined(a) for a in (q, v, k)], settings, weights)[0]


def _joined(x: Array) -> Array:
    return x.transpose(0, 2, 1, 3).reshape(len(x), x.shape[2], -1)


def _split(x: Array, heads: int) -> Array:
    return x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)
