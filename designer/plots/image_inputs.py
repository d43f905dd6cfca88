"""Whether what enters a layer is an image, so that the weights of each unit can be drawn as one."""

from __future__ import annotations

import math

from designer.document.document import Document

SMALLEST_SIDE = 8
"""A flat input is taken for a square image from so many pixels a side; smaller squares are too often plain tables."""
CHANNELS = (1, 3, 4)


def image_shape_of(document: Document, node_id: str) -> tuple[int, int, int] | None:
    """Return (height, width, channels) of the image whose pixels, in order, are the inputs of a layer; None for others.

    The wires are followed back through layers that keep each number in its place (Flatten, Dropout, scaling...).
    """
    design, inference = document.design, document.inference
    arriving = inference.inputs.get(node_id, ())
    if len(arriving) != 1 or len(arriving[0]) != 1:
        return None
    count, current = arriving[0][0], node_id
    for _ in range(len(design.nodes)):
        edges = design.incoming(current)
        if len(edges) != 1:
            return None
        current = edges[0].source
        shapes = inference.outputs.get(current, ())
        if len(shapes) != 1 or math.prod(shapes[0]) != count:
            return None
        if len(shapes[0]) == 3 and shapes[0][2] in CHANNELS:
            return shapes[0]
        layer = design.nodes[current].layer
        if not design.incoming(current):
            side = math.isqrt(count)
            return (side, side, 1) if side * side == count and side >= SMALLEST_SIDE else None
        if not layer.ALIAS and layer.FAMILY not in ("regularization", "normalization"):
            return None
    return None
