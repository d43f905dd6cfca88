"""What zero padding and cropping share: a smaller array that lies within a larger one."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Binding, Kernel, Layer
from engine.layers.windows import check_rank

Array = NDArray[Any]


class Margins(Layer, frozen=True):
    """Base of the layers that add or remove edges: two numbers for each spatial axis, before and after."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    ACTIVATION_FIELD: ClassVar[str] = ""
    CROPS: ClassVar[bool] = False
    """True where the layer removes the edges."""

    @property
    def margins(self) -> tuple[int, ...]:
        """The numbers before and after, axis by axis."""
        raise NotImplementedError

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        check_rank(self.NAME, shape, len(self.margins) // 2)
        sign = -1 if self.CROPS else 1
        before, after = self.margins[::2], self.margins[1::2]
        sizes = tuple(n + sign * (a + b) for n, a, b in zip(shape[:-1], before, after, strict=True))
        if min(sizes) < 1:
            raise ShapeError(
                f"{self.NAME} would leave nothing of its input of {text(shape)}. Remove less.",
                shapes=(shape,),
            )
        return ((*sizes, shape[-1]),)

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        dy, dx = binding.output_gradients, binding.input_gradients[0]
        forward = self._crop(x, y) if self.CROPS else self._surround(x, y)
        if not dy or dx is None:
            return Kernel(forward)
        return Kernel(forward, self._surround(dy[0], dx) if self.CROPS else self._crop(dy[0], dx))

    def _inner(self, outer: Array) -> Array:
        ends = [n - after for n, after in zip(outer.shape[1:-1], self.margins[1::2], strict=True)]
        return outer[(slice(None), *(slice(a, b) for a, b in zip(self.margins[::2], ends, strict=True)))]

    def _surround(self, inner: Array, outer: Array) -> Any:
        target, copyto = self._inner(outer), np.copyto

        def surround() -> None:
            outer.fill(0)
            copyto(target, inner)

        return surround

    def _crop(self, outer: Array, inner: Array) -> Any:
        source, copyto = self._inner(outer), np.copyto
        return lambda: copyto(inner, source)
