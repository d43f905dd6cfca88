"""Values under another shape; values that are looked up."""

from __future__ import annotations

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, floats, need, run_layer, runs


@runs("Flatten")
def flatten(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    axis = node.get("axis", 1)
    axis = axis if axis >= 0 else axis + x.ndim
    rows = x.reshape(int(np.prod(x.shape[:axis])), *(x.shape[axis:] or (1,)))
    return run_layer("Flatten", [rows])


def reshaped(x: Array, shape: tuple[int, ...]) -> Array:
    """Return our Reshape of x, all of it as one sample of a batch of one."""
    floats(x)
    if 0 in x.shape:
        raise Skip("arrays without values")
    sample = x[None] if 0 < x.ndim <= 5 else x.reshape(1, -1)  # an Input has five axes at most
    return run_layer("Reshape", [sample], {"target_shape": shape or (1,)})[0].reshape(shape)


@runs("Reshape")
def reshape(node: Node) -> list[Array]:
    x, wanted = node.inputs[0], node.input(1)
    assert x is not None
    given = [int(n) for n in (node.get("shape", ()) if wanted is None else wanted)]
    if not node.get("allowzero", 0):
        given = [x.shape[i] if n == 0 else n for i, n in enumerate(given)]
    if -1 in given:
        known = int(np.prod([n for n in given if n != -1]))
        given = [x.size // known if n == -1 else n for n in given]
    return [reshaped(x, tuple(given))]


@runs("Squeeze", "Unsqueeze")
def squeeze(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    given = node.get("axes") if node.input(1) is None else node.input(1)
    axes = None if given is None else tuple(int(a) for a in given)
    if node.operator == "Unsqueeze":
        assert axes is not None
        return [reshaped(x, np.expand_dims(x, axes).shape)]
    return [reshaped(x, np.squeeze(x, axes).shape)]


@runs("Transpose")
def transpose(node: Node) -> list[Array]:
    need("Permute")
    (x,) = node.arrays(1)
    floats(x)
    order = node.get("perm", list(range(x.ndim))[::-1])
    if order[0] == 0 and x.ndim > 1:  # the batch stays
        return run_layer("Permute", [x], {"dims": tuple(order[1:])})
    return [run_layer("Permute", [x[None]], {"dims": tuple(a + 1 for a in order)})[0][0]]


@runs("Dropout")
def dropout(node: Node) -> list[Array | None]:
    x, rate, training = node.inputs[0], node.input(1), node.input(2)
    assert x is not None
    share = node.get("ratio", 0.5) if rate is None else float(rate)
    if training is not None and bool(training) and share > 0:
        raise Skip("Dropout: numbers drawn at random")
    rows = x if x.ndim > 1 else x[None]
    y = run_layer("Dropout", [rows], {"rate": share}, training=training is not None and bool(training))[0]
    return [y.reshape(x.shape), np.ones(x.shape, bool)]


@runs("Gather")
def gather(node: Node) -> list[Array]:
    table, ids = node.arrays(2)
    floats(table)
    axis = node.get("axis", 0) % table.ndim
    rows = np.moveaxis(table, axis, 0)
    ids = np.where(ids < 0, ids + len(rows), ids)
    weights = {"embeddings": np.ascontiguousarray(rows.reshape(len(rows), -1))}
    settings = {"input_dim": len(rows), "output_dim": weights["embeddings"].shape[1]}
    found = run_layer("Embedding", [ids.reshape(1, -1)], settings, weights)[0]
    places = tuple(range(axis, axis + ids.ndim))
    return [np.moveaxis(found.reshape(*ids.shape, *rows.shape[1:]), tuple(range(ids.ndim)), places)]


@runs("OneHot")
def one_hot(node: Node) -> list[Array]:
    ids, depth, values = node.arrays(3)
    count = int(np.asarray(depth).reshape(-1)[0])
    whole = ids.astype(np.int64)
    whole = np.where(whole < 0, whole + count, whole)
    if whole.min() < 0 or whole.max() >= count:
        raise Skip("OneHot: ids that have no place")
    settings = {"num_tokens": count, "output_mode": "one_hot"}
    found = run_layer("CategoryEncoding", [whole.reshape(1, -1)], settings)[0]
    off, on = values
    y = (off + (on - off) * found).reshape(*ids.shape, count)
    axis = node.get("axis", -1)
    return [np.moveaxis(y, -1, axis if axis >= 0 else axis + y.ndim).astype(values.dtype)]
