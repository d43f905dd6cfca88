"""Whose weights are whose: the arrays of a file laid beside the parameters of a design, before anything is changed.

An array belongs to a parameter by its name, or else by its place in the order of the network and its shape. Arrays of
other programs may lie in another order of axes: PyTorch and ONNX keep a dense kernel as (out, in) and a convolution's
as (out, in, height, width), and flatten images channels first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape, text
from engine.design.design import Design
from engine.design.flatten import flatten
from engine.design.inference import Inference, infer

Array = NDArray[Any]
Status = Literal["exact", "renamed", "transposed", "permuted", "mismatch", "missing", "unused"]
FITS: tuple[Status, ...] = ("exact", "renamed", "transposed", "permuted")

FOREIGN_NAMES = {
    "weight": ("kernel", "gamma", "embeddings"),
    "bias": ("bias", "beta"),
    "running_mean": ("moving_mean",),
    "running_var": ("moving_variance",),
    "scale": ("gamma",),
    "W": ("kernel",),
    "B": ("bias",),
}
"""What other programs call a parameter, by the last part of its name."""


@dataclass(frozen=True)
class Match:
    """One line of the table: a parameter, the array that is to go into it, and why not, where it can't.

    `status` is how they fit: exact (same name, same shape), renamed (by order and shape), transposed or permuted (the
    axes, or the rows behind a Flatten, are put into our order); mismatch (the name is right, the shape is not); missing
    (nothing in the file for it); unused (nothing in the design for it). `values` are in our order.
    """

    target: str
    source: str
    status: Status
    target_shape: Shape | None = None
    source_shape: Shape | None = None
    values: Array | None = None

    @property
    def fits(self) -> bool:
        """Whether there are values to put in."""
        return self.status in FITS

    @property
    def reason(self) -> str:
        """Return the line's verdict in words."""
        if self.status == "mismatch" and self.source_shape is not None and self.target_shape is not None:
            return f"does not fit: {text(self.source_shape)} is not {text(self.target_shape)}"
        return {
            "exact": "same name and shape",
            "renamed": "by order and shape",
            "transposed": "axes put in our order",
            "permuted": "rows put in our order (channels last)",
            "missing": "nothing in the file; stays as it is",
            "unused": "nothing in the network for it; skipped",
        }.get(self.status, self.status)


@dataclass(frozen=True)
class _Target:
    """A parameter of the design. `flattened` is the image that its layer reads flattened, if it does."""

    name: str
    node: str
    parameter: str
    shape: Shape
    layer: str
    flattened: Shape | None


def match_weights(
    design: Design, source: Mapping[str, Array], *, inference: Inference | None = None
) -> list[Match]:
    """Return the table of parameters and arrays: first every parameter in the network's order, then what is unused.

    Layers inside blocks go by their paths, such as "block_1/dense_1/kernel".
    """
    flat = flatten(design).design
    targets = _targets(flat, inference if inference is not None and flat is design else infer(flat))
    channels_first = _is_channels_first(source)
    left = dict(source)
    found: dict[str, Match] = {}
    for target in targets:
        name = _name_for(target, left)
        if name is not None:
            found[target.name] = _fitted(target, name, left.pop(name), channels_first, by_name=True)
    by_name = bool(found)
    for target in targets:
        if target.name in found:
            continue
        match = (
            None
            if by_name and _node_is_named(target, source)
            else _next_that_fits(target, left, channels_first)
        )
        if match is not None:
            del left[match.source]
        found[target.name] = match or Match(target.name, "", "missing", target.shape)
    unused = [Match("", name, "unused", None, array.shape) for name, array in left.items()]
    return [found[target.name] for target in targets] + unused


def matched_arrays(matches: list[Match]) -> dict[str, Array]:
    """Return the arrays of the lines that fit, by the parameters' names, ready for `Network.load_weights`."""
    return {match.target: match.values for match in matches if match.fits and match.values is not None}


def _targets(design: Design, inference: Inference) -> list[_Target]:
    found = []
    for node_id in inference.order:
        node = design.nodes[node_id]
        flattened = _flattened_before(design, inference, node_id)
        for spec in inference.parameters.get(node_id, ()):
            name = f"{node.name}/{spec.name}"
            found.append(_Target(name, node.name, spec.name, tuple(spec.shape), node.type, flattened))
    return found


def _flattened_before(design: Design, inference: Inference, node_id: str) -> Shape | None:
    """Return the shape (height, width, channels) whose flattened values a layer reads, None where it reads none."""
    while True:
        edges = design.incoming(node_id)
        if len(edges) != 1:
            return None
        node_id = edges[0].source
        node = design.nodes[node_id]
        if node.type == "Flatten":
            shape = inference.inputs.get(node_id, ((),))[0]
            return shape if len(shape) > 1 else None
        if node.type not in ("Dropout", "Activation") and not node.bypassed:
            return None


def _is_channels_first(source: Mapping[str, Array]) -> bool:
    """Whether the file speaks PyTorch's language: kernels are called weight there."""
    return any(_split(name)[1] == "weight" for name in source)


def _split(name: str) -> tuple[str, str]:
    plain = name.removesuffix(":0").replace(".", "/")
    group, _, leaf = plain.rpartition("/")
    return group, leaf


def _name_for(target: _Target, left: Mapping[str, Array]) -> str | None:
    """Return the array that carries this parameter's name, its own or a foreign one."""
    if target.name in left:
        return target.name
    for name in left:
        group, leaf = _split(name)
        if group == target.node and target.parameter in (leaf, *FOREIGN_NAMES.get(leaf, ())):
            return name
    return None


def _node_is_named(target: _Target, source: Mapping[str, Array]) -> bool:
    return any(_split(name)[0] == target.node for name in source)


def _next_that_fits(target: _Target, left: Mapping[str, Array], channels_first: bool) -> Match | None:
    for name, array in left.items():
        if array.ndim != len(target.shape) or not _may_be(target.parameter, name):
            continue
        match = _fitted(target, name, array, channels_first, by_name=False)
        if match.fits:
            return match
    return None


def _may_be(parameter: str, name: str) -> bool:
    """Whether an array of this name may be this parameter: a known name must not be another's."""
    leaf = _split(name)[1]
    meant = FOREIGN_NAMES.get(leaf)
    if meant is not None:
        return parameter in meant
    ours = {"kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "recurrent_kernel"}
    return leaf == parameter or leaf not in ours


def _fitted(target: _Target, name: str, array: Array, channels_first: bool, *, by_name: bool) -> Match:
    match = Match(target.name, name, "mismatch", target.shape, array.shape)
    foreign = channels_first and target.parameter == "kernel"
    turned = _turned(target, array) if foreign or array.shape != target.shape else None
    if turned is not None and turned.shape == target.shape:
        permuted = _permuted(target, turned) if foreign else None
        if permuted is not None:
            return replace(match, status="permuted", values=np.ascontiguousarray(permuted))
        return replace(match, status="transposed", values=np.ascontiguousarray(turned))
    if array.shape == target.shape:
        return replace(match, status="exact" if by_name else "renamed", values=np.array(array, order="C"))
    return match


def _turned(target: _Target, array: Array) -> Array | None:
    """Return a kernel of PyTorch's or ONNX's order of axes in ours, None where there is no such rule.

    (out, in, height, width) becomes (height, width, in, out); of a transposed convolution (in, out, height, width)
    becomes (height, width, out, in): the same exchange.
    """
    axes = {2: (1, 0), 3: (2, 1, 0), 4: (2, 3, 1, 0)}.get(array.ndim)
    if axes is None or target.parameter != "kernel" or target.layer == "DepthwiseConv2D":
        return None
    return array.transpose(axes)


def _permuted(target: _Target, kernel: Array) -> Array | None:
    """Return a dense kernel with the rows behind a Flatten in channels-last order, None where nothing changes."""
    if target.flattened is None or kernel.ndim != 2:
        return None
    *places, channels = target.flattened
    if channels == 1 or int(np.prod(places)) == 1:
        return None
    rows = kernel.reshape(channels, *places, -1)
    return np.moveaxis(rows, 0, -2).reshape(kernel.shape)
