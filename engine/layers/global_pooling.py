"""What the global pooling layers share: one number per channel, from all places of an image or steps of a sequence."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, refuse


class GlobalPooling(Layer, frozen=True):
    """Base of the layers that pool everything but the channels."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "pooling"
    CATEGORY: ClassVar[str] = "Convolution"
    ACTIVATION_FIELD: ClassVar[str] = ""
    RANK: ClassVar[int] = 2
    """Spatial axes: 1 for sequences, 2 for images."""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        if len(shape) != self.RANK + 1:
            expected = "images (height, width, channels)" if self.RANK == 2 else "sequences (steps, channels)"
            raise refuse(self, expected, shape)
        return (shape[-1:],)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        first, second = ((4, 3), (1, 1)) if cls.RANK == 2 else ((6,), (1,))
        return (Example(cls(), ((*first, 5),)), Example(cls(), ((*second, 2),)))


def bind_largest(binding: Binding) -> Kernel:
    """Return kernels for the largest value of each channel; of equal ones the first gets the gradient."""
    x, y = binding.inputs[0], binding.outputs[0]
    n, channels = y.shape
    x = x.reshape(n, -1, channels)
    maximum = np.maximum

    def forward() -> None:
        maximum.reduce(x, axis=1, out=y)

    dx = binding.input_gradients[0]
    if not binding.output_gradients or dx is None:
        return Kernel(forward)
    dy, gradient = binding.output_gradients[0], dx.reshape(x.shape)
    here, first = binding.scratch(x.shape, bool), binding.scratch((n, 1, channels))
    places = np.arange(x.shape[1], 0, -1, dtype=x.dtype)[:, None]
    largest, share = y[:, None], dy[:, None]
    equal, multiply = np.equal, np.multiply

    def backward() -> None:
        equal(x, largest, here)
        multiply(here, places, gradient)
        maximum.reduce(gradient, axis=1, out=first, keepdims=True)
        equal(gradient, first, here)
        multiply(here, share, gradient)

    return Kernel(forward, backward)
