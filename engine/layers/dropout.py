"""Dropout: units that are left out at random while training."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.layers.base import Binding, Example, Kernel, Layer


class Dropout(Layer, frozen=True):
    """Sets a share of the values to zero in each training step, so that units can't lean on one another.

    Formula: y = x m / (1 - rate), with m = 1 with probability 1 - rate, else 0; y = x while predicting.
    Shapes: x (N, ...) -> y the same.
    Gradients: dx = dy m / (1 - rate).
    Source: Srivastava et al. 2014, Dropout; Keras 3 Dropout (inverted).
    """

    FAMILY: ClassVar[str] = "regularization"
    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y = x · m / (1 − rate)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("regularization", "overfitting", "noise")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("rate",)
    ALIAS_INFERENCE: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    rate: Annotated[float, Meta(ge=0, lt=1, description="Share of the values that are set to zero.")] = 0.5

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        random = binding.random("dropout")
        drawn = binding.scratch(x.shape, np.float32)
        mask = binding.buffer(x.shape)
        rate, scale = np.float32(self.rate), x.dtype.type(1 / (1 - self.rate))
        fill, keep, multiply = random.random, np.greater_equal, np.multiply

        def forward() -> None:
            fill(out=drawn, dtype=np.float32)
            keep(drawn, rate, out=mask)
            multiply(mask, scale, out=mask)
            multiply(x, mask, out=y)

        dx = binding.input_gradients[0]
        if not binding.output_gradients or dx is None:
            return Kernel(forward)
        dy = binding.output_gradients[0]

        def backward() -> None:
            multiply(dy, mask, out=dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(rate=0.4), ((6,),)), Example(cls(rate=0.0), ((3, 2),)))
