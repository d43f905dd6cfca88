"""Pooling over windows, and over everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, first, floats, last, run_layer, runs
from tests.oracles.nodes.convolution import one_or_all
from tests.oracles.windows import Window, window


def pool(name: str, x: Array, wide: Window, padding: str) -> Array:
    settings: dict[str, Any] = {
        "pool_size": one_or_all(wide.kernel),
        "strides": one_or_all(wide.strides),
        "padding": padding,
    }
    return run_layer(f"{name}{len(wide.kernel)}D", [x], settings)[0]


@runs("MaxPool")
def most(node: Node) -> list[Array | None]:
    (x,) = node.arrays(1)
    floats(x)
    wide = window(node, x.shape[2:], (), round_up=True)
    if max(wide.dilations) > 1:
        raise Skip("pooling: dilations")
    images = last(x)
    if wide.padded and wide.is_same(x.shape[2:]):
        return [first(pool("MaxPooling", images, wide, "same")), None]
    # What lies outside must never be the largest.
    images = wide.pad(images, np.finfo(x.dtype).min) if wide.padded else images
    return [first(pool("MaxPooling", images, wide, "valid")), None]


@runs("AveragePool")
def average(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    plain = window(node, x.shape[2:], ())
    wide = window(node, x.shape[2:], (), round_up=True)
    if max(wide.dilations) > 1:
        raise Skip("pooling: dilations")
    images = last(x)
    if wide.padded and wide.is_same(x.shape[2:]) and not node.get("count_include_pad", 0):
        return [first(pool("AveragePooling", images, wide, "same"))]
    if wide != plain:
        raise Skip("AveragePool: ceil_mode with windows that reach over the edge")
    if wide.padded and not node.get("count_include_pad", 0):
        raise Skip("AveragePool: padding that is neither valid nor same, and not counted")
    images = wide.pad(images) if wide.padded else images
    return [first(pool("AveragePooling", images, wide, "valid"))]


@runs("GlobalAveragePool", "GlobalMaxPool")
def everywhere(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    rank = x.ndim - 2
    if rank not in (1, 2):
        raise Skip("three spatial axes: ours have one or two")
    name = "GlobalAveragePooling" if node.operator == "GlobalAveragePool" else "GlobalMaxPooling"
    return [run_layer(f"{name}{rank}D", [last(x)])[0].reshape(*x.shape[:2], *(1,) * rank)]


@runs("ReduceMean", "ReduceMax")
def reduce(node: Node) -> list[Array]:
    x, given = node.inputs[0], node.get("axes") if node.input(1) is None else node.input(1)
    assert x is not None
    floats(x)
    if x.size == 0:
        raise Skip("arrays without values")
    axes = tuple(int(axis) % x.ndim for axis in (() if given is None else given))
    if not axes and node.get("noop_with_empty_axes", 0):
        raise Skip(f"{node.operator}: nothing to reduce")
    axes = axes or tuple(range(x.ndim))
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    steps = int(np.prod([x.shape[axis] for axis in axes]))
    sequence = np.ascontiguousarray(x.transpose(*axes, *kept)).reshape(1, steps, -1)
    name = "GlobalAveragePooling1D" if node.operator == "ReduceMean" else "GlobalMaxPooling1D"
    y = run_layer(name, [sequence])[0]
    shape = [1 if axis in axes else n for axis, n in enumerate(x.shape)]
    return [y.reshape(shape if node.get("keepdims", 1) else [x.shape[axis] for axis in kept])]
