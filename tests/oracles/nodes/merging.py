"""Several inputs, one output."""

from __future__ import annotations

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, first, flat, floats, last, run_layer, runs

LAYERS = {
    "Add": "Add",
    "Sum": "Add",
    "Sub": "Subtract",
    "Mul": "Multiply",
    "Max": "Maximum",
    "Min": "Minimum",
    "Mean": "Average",
}


@runs(*LAYERS)
def merge(node: Node) -> list[Array]:
    arrays = [array for array in node.inputs if array is not None]
    floats(*arrays)
    shape = arrays[0].shape
    if any(array.shape != shape for array in arrays):
        raise Skip("broadcasting: our merging layers take inputs of one shape")
    return [y.reshape(shape) for y in run_layer(LAYERS[node.operator], [flat(array) for array in arrays])]


@runs("Concat")
def concat(node: Node) -> list[Array]:
    arrays = [array for array in node.inputs if array is not None]
    floats(*arrays)
    axis = node.get("axis", 1) % arrays[0].ndim
    if axis:
        return run_layer("Concatenate", arrays, {"axis": axis})
    # Our axis 0 is the batch: what is joined along it goes to the end, and back.
    moved = [last(array[None], 1) for array in arrays]
    return [first(run_layer("Concatenate", moved, {"axis": -1})[0], 1)[0]]


@runs("Neg")
def negate(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    return [y.reshape(x.shape) for y in run_layer("Subtract", [flat(np.zeros_like(x)), flat(x)])]


@runs("SwiGLU")
def swiglu(node: Node) -> list[Array]:
    node.refuse(alpha=1.0)
    from tests.oracles.nodes.activations import activate

    a, b = node.arrays(2)
    return run_layer("Multiply", [activate(a, "swish"), np.ascontiguousarray(b)])
