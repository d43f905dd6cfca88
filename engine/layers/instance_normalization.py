"""Normalization of each channel of each sample."""

from __future__ import annotations

from typing import ClassVar

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, refuse
from engine.layers.group_standardizing import bind_group_standardizing
from engine.layers.normalization import _Normalization


class InstanceNormalization(_Normalization, frozen=True):
    """Instance normalization: gives each channel of each sample mean 0 and variance 1 over its places.

    Formula: y = gamma (x - m) / √(v + epsilon) + beta, with m and v the mean and the biased variance of one channel
    over all its places. It takes the contrast out of an image: it is GroupNormalization with one channel in a group.
    Shapes: x (N, ..., C), at least one axis of places -> y the same; gamma, beta (C,).
    Gradients: with h = (x - m) / √(v + epsilon), g = gamma dy and means over the places: dgamma = sum of dy h;
    dbeta = sum of dy; dx = (g - mean(g) - h mean(g h)) / √(v + epsilon).
    Errors: ShapeError for an input without an axis of places: each value would be its own mean.
    Source: Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization; Keras 3 GroupNormalization(groups=-1).
    """

    FORMULA: ClassVar[str] = "y = γ·(x − μ) / √(σ² + ε) + β"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("instancenorm", "standardize", "normalize", "style", "contrast")

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) < 2:
            raise refuse(self, "an input with places and channels, such as images", inputs[0])
        return inputs

    def bind(self, binding: Binding) -> Kernel:
        return bind_group_standardizing(binding, binding.inputs[0].shape[-1], self.epsilon)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4, 2),)),
            Example(cls(epsilon=1e-2, scale=False), ((3, 2, 3),)),
            Example(cls(center=False, gamma_initializer="random_normal"), ((2, 3, 2),)),
            Example(cls(center=False, scale=False), ((4, 3),)),
            Example(cls(beta_initializer="ones"), ((3, 4),)),
        )
