"""Padding as ONNX writes it: explicit, or as a rule; and what of it our layers' "valid" and "same" are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.oracles.adapter import Array, Node, Skip


class Window(NamedTuple):
    """A sliding window over the spatial axes, with the padding before and after each."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def padded(self) -> bool:
        return any(self.before) or any(self.after)

    def extents(self) -> tuple[int, ...]:
        """Return how far the window reaches along each axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations, strict=True))

    def is_same(self, sizes: tuple[int, ...]) -> bool:
        """Return whether this padding is that of "same": as many positions as strides fit, the odd zero at the end."""
        return all(
            (b, a) == _same(n, e, s, late=True)
            for n, e, s, b, a in zip(
                sizes, self.extents(), self.strides, self.before, self.after, strict=True
            )
        )

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """Return channels-last images or sequences with the padding written out."""
        widths = [(0, 0), *zip(self.before, self.after, strict=True), (0, 0)]
        return np.pad(x, widths, constant_values=value)


def window(node: Node, sizes: tuple[int, ...], kernel: tuple[int, ...], *, round_up: bool = False) -> Window:
    """Return a node's window over axes of these sizes. Skips where it has three axes."""
    rank = len(sizes)
    if rank > 2:
        raise Skip("three spatial axes: ours have one or two")
    kernel = tuple(node.get("kernel_shape", kernel))
    strides = tuple(node.get("strides", (1,) * rank))
    dilations = tuple(node.get("dilations", (1,) * rank))
    pads = tuple(node.get("pads", (0,) * (2 * rank)))
    found = Window(kernel, strides, dilations, pads[:rank], pads[rank:])
    rule = node.get("auto_pad", "NOTSET")
    if rule in ("SAME_UPPER", "SAME_LOWER"):
        pairs = [
            _same(n, e, s, late=rule == "SAME_UPPER")
            for n, e, s in zip(sizes, found.extents(), strides, strict=True)
        ]
        found = found._replace(before=tuple(b for b, _ in pairs), after=tuple(a for _, a in pairs))
    if round_up and node.get("ceil_mode", 0):
        found = found._replace(after=_rounded_up(found, sizes))
    return found


def _same(size: int, extent: int, stride: int, *, late: bool) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + extent - size, 0)
    small = total // 2
    return (small, total - small) if late else (total - small, small)


def _rounded_up(w: Window, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the padding at the ends with which the last window, which reaches over the edge, fits."""
    ends = []
    for n, e, s, b, a in zip(sizes, w.extents(), w.strides, w.before, w.after, strict=True):
        positions = -(-(n + b + a - e) // s) + 1
        if (positions - 1) * s >= n + b:  # it would begin behind what there is
            positions -= 1
        ends.append(max((positions - 1) * s + e - n - b, a))
    return tuple(ends)
