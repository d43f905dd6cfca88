"""What the gradient through time says of a plain recurrent layer, and the cure: a layer with a memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from engine.core.problems import Repair
from engine.design import edits as e
from engine.design.design import Design
from engine.layers.base import layers
from engine.training.finding import Finding
from engine.training.observation import ObservationLayout

Array = NDArray[Any]
FADED = 1e-6
"""Gradient RMS at one end of a sequence over that at the other. A millionth leaves single precision nothing to learn
from: the gradient of one step is lost in the sum over all of them."""
SHORT = 8
"""Steps of a sequence below which no layer needs a memory."""


def fading_in(design: Design, layout: ObservationLayout, row: Array, step: int) -> Iterator[Finding]:
    """Tell of each SimpleRNN whose gradient is as good as gone at the far end of the sequence.

    Only of those: a layer with gates may let go on purpose, and there is no better one to put in its place.
    """
    over_time = layout.over_time(row)
    for one in layout.recurrent:
        node = design.nodes.get(one.node)
        if node is None or node.type != "SimpleRNN" or one.length < SHORT:
            continue
        for values in over_time[one.node]:
            ends = sorted(((float(values[0]), 1), (float(values[-1]), one.length)))
            (least, far), (most, near) = ends
            if not (math.isfinite(least) and math.isfinite(most)) or most <= 0 or least >= FADED * most:
                continue
            left = f"{least / most:.0e}".replace("e-0", "e-") if least > 0 else "nothing"
            message = (
                f"Of the gradient that {node.name} gets at step {near}, {left} is left at step {far}: what happened "
                "there can't be learned, if the answer needs it."
            )
            figures = {"far_rms": least, "near_rms": most}
            yield Finding(
                node=one.node,
                kind="vanishing_through_time",
                severity="hint",
                message=message,
                figures=figures,
                step=step,
            )
            break


def longer_memory(design: Design, finding: Finding) -> Iterator[Repair]:
    """An LSTM, or a GRU, with the same settings in the layer's place."""
    node = design.nodes.get(finding.node)
    if node is None or node.type != "SimpleRNN" or node.frozen or node.shares:
        return
    given = node.layer.to_data()
    if given["activation"] == "relu":
        given["activation"] = "tanh"
    for name in ("LSTM", "GRU"):
        layer = layers[name].validated(given)
        yield Repair(f"{name} in place of {node.name}", (e.ReplaceNode(node.with_(layer=layer)),))
