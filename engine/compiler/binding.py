"""What the compiler hands to a layer's `bind`: the concrete form of `engine.layers.base.Binding`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.memory import Arena, aligned
from engine.core.shapes import Shape, size

Array = NDArray[Any]


@dataclass
class PlanBinding:
    """The arrays of one operation. See `engine.layers.base.Binding` for what a kernel may rely on."""

    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    input_gradients: tuple[Array | None, ...]
    output_gradients: tuple[Array, ...]
    input_masks: tuple[Array | None, ...]
    output_mask: Array | None
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    training: bool
    frozen: bool
    batch: int
    dtype: np.dtype[Any]
    arena: Arena
    stream: Callable[[str], np.random.Generator]

    def buffer(self, shape: Shape, dtype: object = None) -> Array:
        """Return an array of the kernel's own."""
        kind: np.dtype[Any] = self.dtype if dtype is None else np.dtype(dtype)  # type: ignore[call-overload]
        return aligned(size(shape), kind).reshape(shape)

    def scratch(self, shape: Shape, dtype: object = None) -> Array:
        """Return an array that every kernel of the plan shares; its content lasts for one call."""
        kind: np.dtype[Any] = self.dtype if dtype is None else np.dtype(dtype)  # type: ignore[call-overload]
        return self.arena.take(shape, kind)

    def random(self, purpose: str) -> np.random.Generator:
        """Return the node's own random stream for `purpose`."""
        return self.stream(purpose)
