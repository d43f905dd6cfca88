"""Universal approximation, tried out: the same network with ever more hidden units, and the error that is left.

Ridge functions are dense in the continuous functions on a cube: for every error there is a number of units with which
F(x) = sum over i of v_i phi(w_i x + b_i) comes that near. Source: Cybenko 1989; Hornik 1991; Leshno, Lin, Pinkus and
Schocken 1993. How many units it takes, and whether training finds the weights, is another matter: here it is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.compiler.network import compile_design
from engine.core.errors import DesignError
from engine.data.dataset import DataSet
from engine.design import edits as e
from engine.design.design import Design
from engine.training.fitting import fit

WIDTHS = (1, 2, 4, 8, 16, 32, 64)


class WidthResult(NamedTuple):
    """What a network of so many hidden units was left with: root of the mean squared error, and the largest error."""

    units: int
    parameters: int
    error: float
    largest: float


def widened(design: Design, units: int) -> Design:
    """Return a copy whose hidden Dense layers, those with an activation, have `units` each.

    Raises DesignError where there is no such layer.
    """
    twin = design.copy()
    last = {edge.source for edge in design.edges if design.nodes[edge.target].type == "Output"}
    hidden = [
        node
        for node in design.nodes.values()
        if node.type == "Dense"
        and node.id not in last
        and getattr(node.layer, "activation", "linear") != "linear"
    ]
    if not hidden:
        raise DesignError("There is no hidden Dense layer with an activation whose units could be varied.")
    for node in hidden:
        twin.apply(e.ReplaceNode(node.with_(layer=node.layer.replace(units=units))))
    return twin


def width_results(
    design: Design, data: DataSet, widths: Sequence[int] = WIDTHS, starts: int = 3
) -> Iterator[WidthResult]:
    """Train the design with each number of hidden units, from a few random starts, and yield the best of each.

    The errors are those on the training samples: what is asked is how well the function can be approximated.
    """
    for units in widths:
        best: WidthResult | None = None
        for start in range(starts):
            network = compile_design(widened(design, units), seed=design.seed + start)
            for _ in fit(network, data, design.training):
                pass
            x, y = data.train.x, np.asarray(data.train.y)
            difference = np.asarray(network.predict(x)).reshape(y.shape) - y
            error = math.sqrt(float(np.mean(np.square(difference, dtype=np.float64))))
            if best is None or error < best.error:
                largest = float(np.abs(difference).max())
                best = WidthResult(units, int(network.parameter_vector.size), error, largest)
        assert best is not None
        yield best
