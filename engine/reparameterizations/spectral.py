"""Spectral normalization: the largest stretch of a layer becomes 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import size
from engine.layers.base import ParameterSpec
from engine.reparameterizations.base import Reparameterization, Steps, Weights

Array = NDArray[Any]

FIRST_ITERATIONS = 15
"""Iterations on new weights: predictions are right before any training."""


class Spectral(Reparameterization, frozen=True):
    """Spectral normalization: divides the weights by their largest singular value, so that no input is stretched.

    A discriminator whose layers all have it changes no faster than its input (it is 1-Lipschitz where the activations
    are), which keeps the gradients that reach a generator of use.
    Formula: W = V / sigma, with V of shape (..., out) taken as a matrix M of (everything else, out), and sigma its
    largest singular value by power iteration: v = M u / |M u|, u = Mᵀ v / |Mᵀ v|, sigma = vᵀ M u. The vector u is kept
    from step to step, so one iteration a step is enough; while predicting, and where the node is frozen, it stays.
    Gradients: with u and v held, dV = (dW - (sum of dW W) v uᵀ) / sigma.
    Source: Miyato, Kataoka, Koyama and Yoshida 2018, Spectral normalization for generative adversarial networks,
    algorithm 1 and equation 11. (Keras' SpectralNormalization writes W over V at each step instead.)
    """

    FORMULA: ClassVar[str] = "W = V / σ(V)"

    power_iterations: Annotated[int, Meta(ge=1, le=100, description="Power iterations at each step.")] = 1

    def parameters(self, raw: ParameterSpec) -> tuple[ParameterSpec, ...]:
        columns = size(raw.shape[-raw.outputs :])
        name = f"{raw.name}_singular_vector"
        return (ParameterSpec(name, (columns,), "random_normal", trainable=False),)

    def start(self, raw: Array, extras: Mapping[str, Array]) -> None:
        (u,) = extras.values()
        matrix = raw.reshape(-1, len(u))
        iterate = _bind_iteration(matrix, u, np.empty(len(matrix), raw.dtype))
        _normalize(u)
        for _ in range(FIRST_ITERATIONS):
            iterate()

    def bind(self, weights: Weights) -> Steps:
        raw, effective, (u,) = weights.raw, weights.effective, weights.extras.values()
        matrix = raw.reshape(-1, len(u))
        v, image, sigma = (np.empty(n, raw.dtype) for n in (len(matrix), len(matrix), 1))
        iterate, dot, divide = _bind_iteration(matrix, u, v), np.dot, np.divide
        times = range(self.power_iterations)
        tiny = np.finfo(raw.dtype).tiny

        def advance() -> None:
            for _ in times:
                iterate()

        def settle() -> None:
            dot(matrix, u, v)
            _normalize(v)

        def apply() -> None:
            dot(matrix, u, image)
            sigma[0] = max(float(dot(v, image)), float(tiny))
            divide(raw, sigma, effective)

        estimate = advance if weights.moving else settle
        if weights.given is None or weights.gradient is None:
            return Steps(estimate, apply)
        given, gradient, row = weights.given, weights.gradient, u[None, :]
        flat, line, output = given.reshape(-1), effective.reshape(-1), gradient.reshape(matrix.shape)
        multiply, subtract, image_column = np.multiply, np.subtract, image[:, None]

        def backward() -> None:
            multiply(v, dot(flat, line), image)
            multiply(image_column, row, output)
            subtract(given, gradient, gradient)
            divide(gradient, sigma, gradient)

        return Steps(estimate, apply, backward)


def _bind_iteration(matrix: Array, u: Array, v: Array) -> Callable[[], object]:
    """Return a step of the power iteration; weights that are all 0 leave u as it is."""
    transposed, kept, dot, copyto = matrix.T, np.empty_like(u), np.dot, np.copyto

    def iterate() -> None:
        dot(matrix, u, v)
        _normalize(v)
        dot(transposed, v, kept)
        if _normalize(kept):
            copyto(u, kept)

    return iterate


def _normalize(vector: Array) -> bool:
    """Give `vector` the length 1, and return whether it has a direction."""
    length = math.sqrt(float(np.dot(vector, vector)))
    if not length > 0:
        return False
    np.divide(vector, np.array(length, vector.dtype), vector)
    return True
