"""Noise that multiplies."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.layers.base import Binding, Example, Kernel, Layer, Masking
from engine.layers.random_factors import bind_factors, bind_identity


class GaussianDropout(Layer, frozen=True):
    """Gaussian dropout: while training, multiplies each value by a random number around 1, of Dropout's variance.

    Formula: y = x (1 + s n), with s = √(rate / (1 - rate)) and n normal of mean 0 and variance 1, drawn anew at each
    step: mean and variance are those of Dropout with this rate, but no value is lost. While predicting, y = x.
    Shapes: y has the shape of x. Gradients: dx = dy (1 + s n).
    Source: Srivastava et al. 2014, section 10; Keras 3 GaussianDropout.
    """

    FAMILY: ClassVar[str] = "regularization"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Regularization"
    FORMULA: ClassVar[str] = "y = x·(1 + s·n), s² = rate / (1 − rate)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("regularization", "overfitting", "multiplicative", "noise")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("rate",)
    ALIAS_INFERENCE: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    rate: Annotated[
        float, Meta(ge=0, lt=1, description="Rate of the Dropout that has the same variance.")
    ] = 0.5

    def bind(self, binding: Binding) -> Kernel:
        if not binding.training or self.rate == 0:
            return bind_identity(binding)
        factor = binding.buffer(binding.inputs[0].shape)
        random, kind = binding.random("noise").standard_normal, factor.dtype.type
        spread, one = (
            np.array(math.sqrt(self.rate / (1 - self.rate)), factor.dtype),
            np.array(1, factor.dtype),
        )
        multiply, add = np.multiply, np.add

        def draw() -> None:
            random(dtype=kind, out=factor)
            multiply(factor, spread, factor)
            add(factor, one, factor)

        return bind_factors(binding, factor, draw)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((6,),)), Example(cls(rate=0.2), ((3, 4),)), Example(cls(rate=0.0), ((3,),)))
