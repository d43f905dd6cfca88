"""Linear layers one after another, as the one linear map that they are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.piecewise import PiecewiseProbe

Array = NDArray[Any]


class LinearMap(NamedTuple):
    """y = x matrix + offset, with the matrix (inputs, outputs) and its singular values, the largest first.

    `difference` is how far the layers and the one map are apart at random inputs, as a part of the outputs' size.
    """

    matrix: Array
    offset: Array
    singular_values: Array
    difference: float

    @property
    def rank(self) -> int:
        """Return the number of directions that are passed on: those above 1e-6 of the largest."""
        values = self.singular_values
        return int(np.count_nonzero(values > 1e-6 * values[0])) if len(values) and values[0] > 0 else 0


def linear_map(probe: PiecewiseProbe, seed: int = 0) -> LinearMap | None:
    """Return the one map that a network of linear layers is, None where one of its units bends.

    Formula: ((x W1 + b1) W2 + b2) ... = x (W1 W2 ...) + (b1 W2 ... + b2 ... + ...): its rows are what the network says
    of the unit vectors, less what it says of 0.
    """
    if probe.bending:
        return None
    offset = probe.ask(np.zeros((1, probe.inputs)))[0]
    matrix = probe.ask(np.eye(probe.inputs)) - offset
    x = np.random.default_rng(seed).standard_normal((64, probe.inputs))
    layers = probe.ask(x)
    scale = max(float(np.abs(layers).max()), 1e-300)
    difference = float(np.abs(layers - (x @ matrix + offset)).max()) / scale
    return LinearMap(matrix, offset, np.linalg.svd(matrix, compute_uv=False), difference)
