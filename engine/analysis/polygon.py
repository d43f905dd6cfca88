"""A ReLU network of one input as what it is: a polygonal line, with the unit that bends it at each knot."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.piecewise import PiecewiseProbe

Array = NDArray[Any]


class Knot(NamedTuple):
    """A place at which the line bends: the input there, and the unit that passes 0."""

    x: float
    node: str
    unit: int


class Polygon(NamedTuple):
    """The line from the lowest to the highest input: its corners (k,) and (k, units), and the knots in order."""

    x: Array
    y: Array
    knots: tuple[Knot, ...]


def polygon(probe: PiecewiseProbe, low: float, high: float) -> Polygon:
    """Return the network's line on [low, high], exact up to the rounding of float64.

    Formula: g(x) = a x + b + sum over i of c_i max(0, x - x_i), with the knots x_i. A unit of one hidden layer bends
    the line once at most, at x = -b / w; a unit of a deeper layer as often as what it is fed passes 0.
    """
    x = np.array([low, high], np.float64)
    knots: list[Knot] = []
    for node_id in probe.bending:
        values = probe.ask(x[:, None], node_id)
        before, after = values[:-1], values[1:]
        places, units = np.nonzero(before * after < 0)
        share = before[places, units] / (before[places, units] - after[places, units])
        found = x[places] + share * (x[places + 1] - x[places])
        knots += [Knot(float(at), node_id, int(unit)) for at, unit in zip(found, units, strict=True)]
        x = np.unique(np.concatenate([x, found]))
    return Polygon(x, probe.ask(x[:, None]), tuple(sorted(knots)))
