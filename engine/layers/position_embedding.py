"""Where a step stands, told by trained vectors."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec, refuse


class PositionEmbedding(Layer, frozen=True):
    """Learned position: adds to each step a trained vector of its own, which comes to tell where it stands.

    Formula: y = x + P, where row p of P belongs to step p.
    Shapes: x (N, T, D) -> y the same; position_embeddings P (T, D): the length T is fixed by what is wired.
    Gradients: dx = dy; dP = sum of dy over the samples.
    Errors: ShapeError for an input that is no sequence.
    Source: keras_hub PositionEmbedding, which gives P alone; Gehring et al. 2017, Convolutional sequence to sequence
    learning, section 3.1.
    """

    FAMILY: ClassVar[str] = "attention"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Attention"
    FORMULA: ClassVar[str] = "y = x + P, one trained row of P per step"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("positional", "learned", "order", "transformer")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("initializer",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    initializer: Annotated[
        ComponentValue, Meta(description="First values of the vectors.", extra={"registry": "initializer"})
    ] = "glorot_uniform"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) != 2:
            raise refuse(self, "a sequence of shape (steps, features)", inputs[0])
        return inputs

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("position_embeddings", inputs[0], self.initializer),)

    def bind(self, binding: Binding) -> Kernel:
        rows = (binding.batch, -1)
        x, y = binding.inputs[0].reshape(rows), binding.outputs[0].reshape(rows)
        positions = binding.parameters["position_embeddings"].reshape(-1)

        def forward() -> None:
            np.add(x, positions, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy, wanted = binding.output_gradients[0].reshape(rows), binding.input_gradients[0]
        dx = None if wanted is None else wanted.reshape(rows)
        gradient = binding.gradients.get("position_embeddings")
        d_positions = None if gradient is None else gradient.reshape(-1)
        ones = np.ones(len(dy), dy.dtype)

        def backward() -> None:
            if d_positions is not None:
                np.dot(ones, dy, d_positions)
            if dx is not None:
                np.copyto(dx, dy)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4, 3),)),
            Example(cls(initializer="random_normal"), ((3, 5),)),
        )
