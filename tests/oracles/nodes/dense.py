"""Products with matrices."""

from __future__ import annotations

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, floats, run_layer, runs


def dense(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """Return our Dense layer of x, any axes before the last."""
    weights = {"kernel": np.ascontiguousarray(kernel)}
    if bias is not None:
        weights["bias"] = np.ascontiguousarray(np.broadcast_to(bias, kernel.shape[1:]))
    rows = x.reshape(-1, x.shape[-1])
    settings = {"units": kernel.shape[1], "use_bias": bias is not None}
    return run_layer("Dense", [rows], settings, weights)[0].reshape(*x.shape[:-1], kernel.shape[1])


@runs("Gemm")
def gemm(node: Node) -> list[Array]:
    (a, b), c = node.arrays(2), node.input(2)
    floats(a, b)
    a = np.ascontiguousarray(a.T) if node.get("transA", 0) else a
    b = node.get("alpha", 1.0) * (b.T if node.get("transB", 0) else b)
    if c is None:
        return [dense(a, b.astype(a.dtype))]
    c = (node.get("beta", 1.0) * c).astype(a.dtype)
    if c.ndim < 2 or c.shape[0] == 1:
        return [dense(a, b.astype(a.dtype), c.reshape(-1) if c.ndim else c)]
    added = np.ascontiguousarray(np.broadcast_to(c, (len(a), b.shape[1])))
    return run_layer("Add", [dense(a, b.astype(a.dtype)), added])


@runs("MatMul")
def matmul(node: Node) -> list[Array]:
    a, b = node.arrays(2)
    floats(a, b)
    if b.ndim == 1:
        return [dense(np.atleast_2d(a), b[:, None])[..., 0].reshape(a.shape[:-1])]
    if b.ndim == 2:
        return [dense(np.atleast_2d(a), b).reshape(*a.shape[:-1], b.shape[1])]
    if a.ndim == 1:
        return [dense(np.ascontiguousarray(np.moveaxis(b, -2, -1)), a[:, None])[..., 0]]
    if a.ndim == 2:
        y = dense(np.ascontiguousarray(np.moveaxis(b, -2, -1)), a.T)
        return [np.moveaxis(y, -1, -2)]
    raise Skip("MatMul: both factors have a batch (no layer multiplies two inputs as matrices)")
