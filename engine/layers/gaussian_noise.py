"""Noise that is added."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.layers.base import Binding, Example, Kernel, Layer, Masking
from engine.layers.random_factors import bind_identity


class GaussianNoise(Layer, frozen=True):
    """Gaussian noise: while training, adds random numbers, so that the network learns not to heed small changes.

    Formula: y = x + stddev n, with n normal of mean 0 and variance 1, drawn anew at each step. While predicting, y = x.
    Shapes: y has the shape of x. Gradients: dx = dy.
    Source: Bishop 1995, Training with noise is equivalent to Tikhonov regularization; Keras 3 GaussianNoise (where
    stddev has no default).
    """

    FAMILY: ClassVar[str] = "regularization"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Regularization"
    FORMULA: ClassVar[str] = "y = x + σ·n, n ~ N(0, 1)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("regularization", "augmentation", "denoising", "jitter")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("stddev",)
    ALIAS_INFERENCE: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    stddev: Annotated[float, Meta(ge=0, description="Standard deviation of the noise.")] = 0.1

    def bind(self, binding: Binding) -> Kernel:
        identity = bind_identity(binding)
        if not binding.training or self.stddev == 0:
            return identity
        (x,), (y,) = binding.inputs, binding.outputs
        draw, kind = binding.random("noise").standard_normal, x.dtype.type
        noise, stddev = binding.scratch(x.shape), np.array(self.stddev, x.dtype)
        multiply, add = np.multiply, np.add

        def forward() -> None:
            draw(dtype=kind, out=noise)
            multiply(noise, stddev, noise)
            add(x, noise, y)

        return Kernel(forward, identity.backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((6,),)),
            Example(cls(stddev=0.5), ((3, 4),)),
            Example(cls(stddev=0.0), ((3,),)),
        )
