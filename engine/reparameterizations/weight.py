"""Weight normalization: length and direction of each unit's weights apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import size
from engine.layers.base import ParameterSpec
from engine.reparameterizations.base import Reparameterization, Steps, Weights

Array = NDArray[Any]


class Weight(Reparameterization, frozen=True):
    """Weight normalization: learns how long the weights of each unit are apart from where they point.

    Formula: W = g V / |V|, with V of shape (..., out), and g and the lengths |V| one for each unit (the last axis). At
    first g = |V|, so that W = V.
    Gradients: dg = sum of dW V / |V|; dV = g / |V| (dW - V / |V| dg).
    Source: Salimans and Kingma 2016, Weight normalization, equations 2 and 3.
    """

    FORMULA: ClassVar[str] = "W = g·V / |V|"

    def parameters(self, raw: ParameterSpec) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec(f"{raw.name}_length", (size(raw.shape[-raw.outputs :]),), "ones"),)

    def start(self, raw: Array, extras: Mapping[str, Array]) -> None:
        (g,) = extras.values()
        g[...] = np.sqrt(np.square(raw.reshape(-1, len(g))).sum(axis=0))

    def bind(self, weights: Weights) -> Steps:
        (g,) = weights.extras.values()
        matrix, effective = (a.reshape(-1, len(g)) for a in (weights.raw, weights.effective))
        inverse, factor, total = (np.empty_like(g) for _ in range(3))
        ones, tiny = np.ones(len(matrix), g.dtype), np.finfo(g.dtype).tiny
        work = np.empty_like(matrix)
        multiply, dot, sqrt, maximum, reciprocal = np.multiply, np.dot, np.sqrt, np.maximum, np.reciprocal

        def apply() -> None:
            multiply(matrix, matrix, work)
            dot(ones, work, inverse)
            maximum(inverse, tiny, out=inverse)
            sqrt(inverse, inverse)
            reciprocal(inverse, inverse)
            multiply(g, inverse, factor)
            multiply(matrix, factor, effective)

        if weights.given is None or weights.gradient is None:
            return Steps(_nothing, apply)
        given, gradient = (a.reshape(matrix.shape) for a in (weights.given, weights.gradient))
        (d_g,) = weights.extra_gradients.values()
        subtract = np.subtract

        def backward() -> None:
            multiply(given, matrix, work)
            dot(ones, work, d_g)
            multiply(d_g, inverse, d_g)
            multiply(d_g, inverse, total)
            multiply(matrix, total, work)
            subtract(given, work, gradient)
            multiply(gradient, factor, gradient)

        return Steps(_nothing, apply, backward)


def _nothing() -> None:
    """Estimate nothing: the lengths follow from the weights."""
