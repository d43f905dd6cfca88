"""Normalization over the features of each sample."""

from __future__ import annotations

from typing import ClassVar

from engine.layers.base import Binding, Example, Kernel
from engine.layers.normalization import _Normalization
from engine.layers.standardizing import bind_standardizing


class LayerNormalization(_Normalization, frozen=True):
    """Layer normalization: gives the features of each sample mean 0 and variance 1, then a scale and a shift.

    Formula: y = gamma (x - m) / √(v + epsilon) + beta, with m and v the mean and the biased variance over the last
    axis; it is the same while training and while predicting.
    Shapes: x (N, ..., C) -> y the same; gamma, beta (C,).
    Gradients: with h = (x - m) / √(v + epsilon), g = gamma dy and means over the last axis: dgamma = sum of dy h;
    dbeta = sum of dy; dx = (g - mean(g) - h mean(g h)) / √(v + epsilon).
    Errors: ShapeError for an input without a feature axis.
    Source: Ba, Kiros and Hinton 2016, Layer normalization; Keras 3 LayerNormalization over the last axis.
    """

    FORMULA: ClassVar[str] = "y = γ·(x − μ) / √(σ² + ε) + β"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("layernorm", "standardize", "normalize", "transformer")

    def bind(self, binding: Binding) -> Kernel:
        return bind_standardizing(binding, self.epsilon, center=True)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((5,),)),
            Example(cls(epsilon=1e-2, scale=False), ((3, 4),)),
            Example(cls(center=False, gamma_initializer="random_normal"), ((2, 2, 3),)),
            Example(cls(center=False, scale=False), ((4,),)),
            Example(cls(beta_initializer="ones"), ((4,),)),
        )
