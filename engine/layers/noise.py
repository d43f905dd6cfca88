"""Random numbers as a source: what a generator makes its samples of."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.core.random import restore, state_of
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Port


class Noise(Layer, frozen=True):
    """Fresh random numbers for every sample of every step: the seed of what a generator makes.

    Formula: y ~ N(0, 1) for "normal", y ~ U(-1, 1) for "uniform", all values independent.
    Shapes: y (batch, *shape), with as many samples as the batch of the step has. Nothing is learnt, and no gradient
    flows out of it. Each node draws from a stream of its own, so runs repeat bit for bit. While predicting the same
    numbers come every time, so that pictures of what is generated can be compared over a run.
    Source: the z of Goodfellow et al. 2014, Generative adversarial nets.
    """

    FAMILY: ClassVar[str] = "input"
    CATEGORY: ClassVar[str] = "Core"
    FORMULA: ClassVar[str] = "y ~ N(0, 1)"
    INPUTS: ClassVar[tuple[Port, ...]] = ()
    KEYWORDS: ClassVar[tuple[str, ...]] = ("random", "latent", "gan", "generator", "gaussian", "z", "source")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("shape",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    shape: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...],
        Meta(description="Shape of the numbers of one sample.", min_length=1, max_length=5),
    ] = (16,)
    distribution: Annotated[
        Literal["normal", "uniform"],
        Meta(description="Around 0 with variance 1, or even from -1 to 1."),
    ] = "normal"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.shape,)

    def bind(self, binding: Binding) -> Kernel:
        (y,) = binding.outputs
        generator = binding.random("noise" if binding.training else "noise while predicting")
        dtype = y.dtype.type
        if self.distribution == "normal":
            normal = generator.standard_normal

            def draw() -> None:
                normal(dtype=dtype, out=y)
        else:
            uniform, two, one = generator.random, np.array(2, dtype), np.array(1, dtype)

            def draw() -> None:
                uniform(dtype=dtype, out=y)
                np.multiply(y, two, y)
                np.subtract(y, one, y)

        if binding.training:
            return Kernel(draw)

        def draw_again() -> None:
            # The stream stays at its beginning, for this plan and for every other one.
            start = state_of(generator)
            draw()
            restore(generator, start)

        return Kernel(draw_again)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(shape=(3,)), ()), Example(cls(shape=(2, 3), distribution="uniform"), ()))
