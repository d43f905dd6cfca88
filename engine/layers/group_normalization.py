"""Normalization over groups of channels of each sample."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import ShapeError
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer
from engine.layers.group_standardizing import bind_group_standardizing
from engine.layers.normalization import _Normalization


class GroupNormalization(_Normalization, frozen=True):
    """Group normalization: gives each group of channels of each sample mean 0 and variance 1, then scale and shift.

    Formula: y = gamma (x - m) / √(v + epsilon) + beta, with m and v the mean and the biased variance over all places
    and the C / groups neighbouring channels of a group; it depends on no other sample, so it is the same while training
    and while predicting, and for any batch size. One group is layer normalization over places and channels together;
    as many groups as channels is instance normalization.
    Shapes: x (N, ..., C) -> y the same; gamma, beta (C,).
    Gradients: with h = (x - m) / √(v + epsilon), g = gamma dy and means over the same values: dgamma = sum of dy h;
    dbeta = sum of dy; dx = (g - mean(g) - h mean(g h)) / √(v + epsilon).
    Errors: ShapeError where the channels can't be divided into that many equal groups.
    Source: Wu and He 2018, Group normalization; Keras 3 GroupNormalization over the last axis.
    """

    FORMULA: ClassVar[str] = "y = γ·(x − μ) / √(σ² + ε) + β"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("groupnorm", "standardize", "normalize", "small batch")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("groups",)

    groups: Annotated[int, Meta(ge=1, le=10**6, description="Number of groups of channels.")] = 32

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = super().output_shapes(inputs)
        if shape[-1] % self.groups:
            raise ShapeError(
                f"{self.NAME} can't divide {shape[-1]} channels into {self.groups} equal groups. "
                f"Received: {self.groups}. Choose a divisor of {shape[-1]}.",
                shapes=(shape,),
            )
        return inputs

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        (shape,) = inputs
        if not shape:
            return None
        most = min(self.groups, shape[-1])
        return self.replace(groups=next(n for n in range(most, 0, -1) if shape[-1] % n == 0))

    def bind(self, binding: Binding) -> Kernel:
        return bind_group_standardizing(binding, self.groups, self.epsilon)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((2, 32),)),
            Example(cls(groups=2, epsilon=1e-2, scale=False), ((3, 2, 4),)),
            Example(cls(groups=3, center=False, gamma_initializer="random_normal"), ((6,),)),
            Example(cls(groups=1, center=False, scale=False), ((4, 3),)),
            Example(cls(groups=2, beta_initializer="ones"), ((3, 4),)),
        )
