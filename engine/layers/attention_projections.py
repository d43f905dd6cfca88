"""Several dense maps of one input, computed as a single matrix product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding

Array = NDArray[Any]


class Projection(NamedTuple):
    """One of the maps, y = scale (x W + b): `name`_kernel is (D, heads, width) and `name`_bias (heads, width)."""

    name: str
    heads: int
    width: int
    scale: float = 1.0


class Projections:
    """The maps of one input (N, T, D): their kernels are laid side by side, and one product computes them all.

    `outputs` are views (N, heads, T, width), one per map.
    """

    def __init__(self, binding: Binding, index: int, maps: tuple[Projection, ...]) -> None:
        x = binding.inputs[index]
        self._index, self._shape = index, x.shape[:2]
        self._x = x.reshape(-1, x.shape[-1])
        stops = np.cumsum([m.heads * m.width for m in maps]).tolist()
        total = stops[-1]
        self._columns = [
            (m, slice(stop - m.heads * m.width, stop)) for m, stop in zip(maps, stops, strict=True)
        ]
        self._kernel = binding.buffer((self._x.shape[1], total))
        self._y = binding.buffer((len(self._x), total))
        self.outputs = self._views(self._y)
        self._copies: list[tuple[Array, Array, Any]] = []
        self._bias: Array | None = None
        for m, columns in self._columns:
            weights, scale = binding.parameters[f"{m.name}_kernel"], x.dtype.type(m.scale)
            self._copies.append((weights.reshape(len(weights), -1), self._kernel[:, columns], scale))
            bias = binding.parameters.get(f"{m.name}_bias")
            if bias is not None:
                self._bias = binding.buffer((total,)) if self._bias is None else self._bias
                self._copies.append((bias.reshape(-1), self._bias[columns], scale))

    def _views(self, array: Array) -> tuple[Array, ...]:
        split = array.reshape(*self._shape, -1)
        return tuple(
            split[:, :, columns].reshape(*self._shape, m.heads, m.width).transpose(0, 2, 1, 3)
            for m, columns in self._columns
        )

    def forward(self) -> None:
        """Write the outputs."""
        for source, target, scale in self._copies:
            np.multiply(source, scale, target)
        np.dot(self._x, self._kernel, self._y)
        if self._bias is not None:
            np.add(self._y, self._bias, self._y)

    def bind_backward(self, binding: Binding) -> tuple[Callable[[], None], tuple[Array, ...]]:
        """Return the kernel, and the views (N, heads, T, width) that hold the outputs' gradients before it runs."""
        dy, x = binding.scratch(self._y.shape), self._x
        wanted = binding.input_gradients[self._index]
        dx = None if wanted is None else wanted.reshape(x.shape)
        d_kernel, d_bias = binding.scratch(self._kernel.shape), binding.scratch((dy.shape[1],))
        kernels: list[tuple[Array, Array, Any]] = []
        biases: list[tuple[Array, Array, Any]] = []
        for m, columns in self._columns:
            scale = x.dtype.type(m.scale)
            gradient = binding.gradients.get(f"{m.name}_kernel")
            if gradient is not None:
                kernels.append((d_kernel[:, columns], gradient.reshape(len(gradient), -1), scale))
            gradient = binding.gradients.get(f"{m.name}_bias")
            if gradient is not None:
                biases.append((d_bias[columns], gradient.reshape(-1), scale))
        ones, x_transposed, kernel_transposed = np.ones(len(x), x.dtype), x.T, self._kernel.T

        def backward() -> None:
            if kernels:
                np.dot(x_transposed, dy, d_kernel)
            if biases:
                np.dot(ones, dy, d_bias)
            for source, target, scale in (*kernels, *biases):
                np.multiply(source, scale, target)
            if dx is not None:
                np.dot(dy, kernel_transposed, dx)

        return backward, self._views(dy)
