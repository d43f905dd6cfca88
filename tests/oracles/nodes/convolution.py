"""Convolutions and their transposes, over sequences and images."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.oracles.adapter import Array, Node, Skip, first, floats, last, run_layer, runs
from tests.oracles.windows import window


def one_or_all(values: tuple[int, ...]) -> Any:
    """Return a setting as our layers write it: a number for sequences, a pair for images."""
    return values[0] if len(values) == 1 else values


@runs("Conv")
def convolve(node: Node) -> list[Array]:
    (x, w), bias = node.arrays(2), node.input(2)
    floats(x)
    wide = window(node, x.shape[2:], w.shape[2:])
    return [first(correlate(last(x), w, bias, wide, node.get("group", 1)))]


def correlate(images: Array, w: Array, bias: Array | None, wide: Any, groups: int) -> Array:
    """Return our convolution of channels-last images with weights (out, in / groups, *kernel)."""
    rank = len(wide.kernel)
    same = wide.padded and wide.is_same(images.shape[1:-1])
    settings: dict[str, Any] = {
        "filters": len(w),
        "kernel_size": one_or_all(wide.kernel),
        "strides": one_or_all(wide.strides),
        "dilation_rate": one_or_all(wide.dilations),
        "padding": "same" if same else "valid",
        "groups": groups,
        "use_bias": bias is not None,
    }
    if max(wide.strides) > 1 and max(wide.dilations) > 1:
        raise Skip("Conv: strides and dilations at once")
    if wide.padded and not same:
        images = wide.pad(images)
    weights = {"kernel": np.ascontiguousarray(np.moveaxis(w, (0, 1), (-1, -2)))}
    if bias is not None:
        weights["bias"] = bias
    y = run_layer(f"Conv{rank}D", [images], settings, weights)[0]
    if rank == 2 and 1 < groups == images.shape[-1]:  # a depthwise layer is the same once more
        settings = {k: v for k, v in settings.items() if k not in ("filters", "groups")}
        kernel = np.ascontiguousarray(w.reshape(groups, -1, *w.shape[2:]).transpose(2, 3, 0, 1))
        own = {**{k: v for k, v in weights.items() if k != "kernel"}, "kernel": kernel}
        depthwise = run_layer(
            "DepthwiseConv2D", [images], {**settings, "depth_multiplier": len(w) // groups}, own
        )[0]
        np.testing.assert_allclose(depthwise, y, rtol=1e-5, atol=1e-6)
        # So is a separable one whose pointwise half changes nothing.
        own["depthwise_kernel"] = own.pop("kernel")
        own["pointwise_kernel"] = np.eye(len(w), dtype=y.dtype)[None, None]
        more = {"filters": len(w), "depth_multiplier": len(w) // groups}
        separable = run_layer("SeparableConv2D", [images], {**settings, **more}, own)[0]
        np.testing.assert_allclose(separable, y, rtol=1e-5, atol=1e-6)
    return y


@runs("CausalConvWithState")
def causal(node: Node) -> list[Array | None]:
    (x, w), bias, past = node.arrays(2), node.input(2), node.input(3)
    if past is not None:
        raise Skip("a state kept from an earlier call")
    name = node.get("activation", "none")
    settings: dict[str, Any] = {
        "filters": len(w),
        "kernel_size": w.shape[2],
        "padding": "causal",
        "groups": x.shape[1],
        "use_bias": bias is not None,
        "activation": {"none": "linear", "silu": "swish", "swish": "swish"}[name],
    }
    weights = {"kernel": np.ascontiguousarray(np.moveaxis(w, (0, 1), (-1, -2)))}
    if bias is not None:
        weights["bias"] = bias
    return [first(run_layer("Conv1D", [last(x)], settings, weights)[0]), None]


@runs("ConvTranspose")
def transpose(node: Node) -> list[Array]:
    (x, w), bias = node.arrays(2), node.input(2)
    if node.get("group", 1) != 1:
        raise Skip("ConvTranspose: group")
    sizes = x.shape[2:]
    shape = node.get("output_shape")
    rule = node.get("auto_pad", "NOTSET")
    wide = window(
        Node(node.operator, {k: v for k, v in node.attributes.items() if k != "auto_pad"}), sizes, w.shape[2:]
    )
    rank = len(sizes)
    further = tuple(node.get("output_padding", (0,) * rank))
    whole = tuple((n - 1) * s + e for n, s, e in zip(sizes, wide.strides, wide.extents(), strict=True))
    before, after = wide.before, wide.after
    if shape is not None or rule != "NOTSET":
        wanted = tuple(shape or (n * s for n, s in zip(sizes, wide.strides, strict=True)))
        totals = [n + p - m for n, p, m in zip(whole, further, wanted, strict=True)]
        if rule == "SAME_UPPER" or min(totals) < 0:
            before = tuple(max(t, 0) // 2 for t in totals)
        else:
            before = tuple(max(t, 0) - max(t, 0) // 2 for t in totals)
        after = tuple(t - b for t, b in zip(totals, before, strict=True))
    # What padding is at the end of an input, cropping is at the end of an output.
    longer = tuple(max(p - a, 0) for p, a in zip(further, after, strict=True))
    settings: dict[str, Any] = {
        "filters": w.shape[1],
        "kernel_size": one_or_all(wide.kernel),
        "strides": one_or_all(wide.strides),
        "dilation_rate": one_or_all(wide.dilations),
        "padding": "valid",
        "output_padding": one_or_all(longer),
        "use_bias": bias is not None,
    }
    if any(p >= s for p, s in zip(longer, wide.strides, strict=True)):
        raise Skip("ConvTranspose: output padding of a stride or more")
    weights = {"kernel": np.ascontiguousarray(np.moveaxis(w, (0, 1), (-1, -2)))}
    if bias is not None:
        weights["bias"] = bias
    y = run_layer(f"Conv{rank}DTranspose", [last(x)], settings, weights)[0]
    ends = [n + p - a for n, p, a in zip(whole, further, after, strict=True)]
    crop = tuple(slice(b, e) for b, e in zip(before, ends, strict=True))
    return [first(y[(slice(None), *crop)])]
