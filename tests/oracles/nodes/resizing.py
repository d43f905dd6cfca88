"""More values, or fewer, along some axes: repeating, padding, cropping."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, first, floats, last, run_layer, runs

_REPEATING = {
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
}
"""How places and rounding are called where whole factors repeat each value."""


@runs("Resize", "Upsample")
def upsample(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    mode = node.get("mode", "nearest")
    if mode not in ("nearest", "linear") or x.ndim != 4 or node.get("antialias", 0):
        raise Skip("Resize: other than nearest or linear of images")
    place = node.get("coordinate_transformation_mode", "half_pixel")
    rounding = node.get("nearest_mode", "round_prefer_floor")
    if node.operator == "Resize" and mode == "nearest" and (place, rounding) not in _REPEATING:
        raise Skip("Resize: how places are rounded")
    if mode == "linear" and place != "half_pixel":
        raise Skip("Resize: how places are rounded")
    factors = _factors(node, x)
    if any(f != int(f) or f < 1 for f in factors) or list(factors[:2]) != [1, 1]:
        raise Skip("Resize: factors that are no whole numbers")
    settings = {
        "size": (int(factors[2]), int(factors[3])),
        "interpolation": "nearest" if mode == "nearest" else "bilinear",
    }
    return [first(run_layer("UpSampling2D", [last(x)], settings)[0])]


def _factors(node: Node, x: Array) -> list[float]:
    """Return by how much each axis is stretched."""
    scales, sizes = node.input(1 if node.operator == "Upsample" else 2), node.input(3)
    if scales is None and sizes is None:
        scales = np.array(node.get("scales", ()))
    axes = [int(axis) % x.ndim for axis in node.get("axes", range(x.ndim))]
    if sizes is not None and sizes.size:
        given = [float(n) / x.shape[axis] for n, axis in zip(sizes, axes, strict=True)]
        policy = node.get("keep_aspect_ratio_policy", "stretch")
        if policy != "stretch":
            given = [max(given) if policy == "not_smaller" else min(given)] * len(given)
    else:
        given = [float(f) for f in scales]  # type: ignore[union-attr]
    found = [1.0] * x.ndim
    for axis, factor in zip(axes, given, strict=True):
        found[axis] = factor
    return found


def along(name: str, setting: str, x: Array, axis: int, amounts: tuple[int, int]) -> Array:
    """Return one of our layers of sequences, applied along an axis."""
    if not any(amounts):
        return x
    if 0 in x.shape or (name == "Cropping1D" and x.shape[axis] <= sum(amounts)):
        raise Skip("arrays without values")
    sequences = x.reshape(int(np.prod(x.shape[:axis])), x.shape[axis], -1)
    y = run_layer(name, [sequences], {setting: amounts})[0]
    return y.reshape(*x.shape[:axis], -1, *x.shape[axis + 1 :])


def crop(x: Array, axis: int, start: int, stop: int) -> Array:
    """Return what lies from `start` to `stop`, by our Cropping1D."""
    return along("Cropping1D", "cropping", x, axis, (start, x.shape[axis] - stop))


def padded(x: Array, axis: int, before: int, after: int) -> Array:
    """Return x between zeros, by our ZeroPadding1D."""
    return along("ZeroPadding1D", "padding", x, axis, (before, after))


@runs("Pad")
def pad(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    if node.get("mode", "constant") != "constant":
        raise Skip("Pad: other than with zeros")
    widths = node.get("pads") if node.input(1) is None else node.input(1)
    value = node.get("value", 0.0) if node.input(2) is None else node.input(2)
    if float(np.asarray(value).reshape(-1)[0]) != 0:
        raise Skip("Pad: other than with zeros")
    amounts = [int(n) for n in np.asarray(widths).reshape(-1)]
    axes = range(x.ndim) if node.input(3) is None else [int(a) % x.ndim for a in node.input(3)]  # type: ignore[union-attr]
    half = len(amounts) // 2
    before, after = amounts[:half], amounts[half:]
    if min(amounts) < 0:
        raise Skip("Pad: less than nothing")
    if x.ndim == 4 and list(axes) == [0, 1, 2, 3] and before[:2] + after[:2] == [0, 0, 0, 0]:
        padding = (before[2], after[2], before[3], after[3])
        return [first(run_layer("ZeroPadding2D", [last(x)], {"padding": padding})[0])]
    for axis, low, high in zip(axes, before, after, strict=True):
        x = padded(x, axis, low, high)
    return [x]


@runs("Slice")
def cut(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    starts = node.get("starts") if node.input(1) is None else node.input(1)
    ends = node.get("ends") if node.input(2) is None else node.input(2)
    axes: Any = node.get("axes", range(len(starts))) if node.input(3) is None else node.input(3)
    steps = [1] * len(starts) if node.input(4) is None else node.input(4)
    if any(int(step) != 1 for step in steps):  # type: ignore[union-attr]
        raise Skip("Slice: steps")
    for axis, start, end in zip(axes, starts, ends, strict=True):
        begin, stop, _ = slice(int(start), int(end)).indices(x.shape[axis])
        x = crop(x, int(axis) % x.ndim, begin, stop)
    return [x]


@runs("Split")
def split(node: Node) -> list[Array]:
    (x,) = node.arrays(1)
    floats(x)
    axis = node.get("axis", 0) % x.ndim
    sizes: Any = node.get("split") if node.input(1) is None else node.input(1)
    if sizes is None:
        most = -(-x.shape[axis] // node.outputs)
        sizes = [min(most, x.shape[axis] - most * place) for place in range(node.outputs)]
    found, start = [], 0
    for size in sizes:
        if size < 1:
            raise Skip("arrays without values")
        found.append(crop(x, axis, start, start + int(size)))
        start += int(size)
    return found


@runs("CenterCropPad")
def center(node: Node) -> list[Array]:
    x, sizes = node.arrays(2)
    floats(x)
    for axis, size in zip(node.get("axes", range(x.ndim)), (int(n) for n in sizes), strict=True):
        axis %= x.ndim
        more = size - x.shape[axis]
        if more > 0:
            x = padded(x, axis, more // 2, more - more // 2)
        elif more < 0:
            start = -more // 2
            x = crop(x, axis, start, start + size)
    return [x]
