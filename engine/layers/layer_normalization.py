"""Normalization over the features of each sample."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, ParameterSpec, refuse
from engine.layers.rows import Rows


class LayerNormalization(Layer, frozen=True):
    """Layer normalization: gives the features of each sample mean 0 and variance 1, then a scale and a shift.

    Formula: y = gamma (x - m) / √(v + epsilon) + beta, with m and v the mean and the biased variance over the last
    axis; it is the same while training and while predicting.
    Shapes: x (N, ..., C) -> y the same; gamma, beta (C,).
    Gradients: with h = (x - m) / √(v + epsilon), g = gamma dy and means over the last axis: dgamma = sum of dy h;
    dbeta = sum of dy; dx = (g - mean(g) - h mean(g h)) / √(v + epsilon).
    Errors: ShapeError for an input without a feature axis.
    Source: Ba, Kiros and Hinton 2016, Layer normalization; Keras 3 LayerNormalization over the last axis.
    """

    FAMILY: ClassVar[str] = "normalization"
    CATEGORY: ClassVar[str] = "Normalization"
    FORMULA: ClassVar[str] = "y = γ·(x − μ) / √(σ² + ε) + β"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("layernorm", "standardize", "normalize", "transformer")
    ACTIVATION_FIELD: ClassVar[str] = ""

    epsilon: Annotated[
        float, Meta(gt=0, description="Keeps the divisor above 0.", extra={"scale": "log"})
    ] = 1e-3
    center: Annotated[bool, Meta(description="Learn a shift, beta.", extra={"basic": False})] = True
    scale: Annotated[bool, Meta(description="Learn a scale, gamma.", extra={"basic": False})] = True
    beta_initializer: Annotated[
        ComponentValue, Meta(description="First shift.", extra={"registry": "initializer", "basic": False})
    ] = "zeros"
    gamma_initializer: Annotated[
        ComponentValue, Meta(description="First scale.", extra={"registry": "initializer", "basic": False})
    ] = "ones"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs[0]:
            raise refuse(self, "an input with a feature axis", inputs[0])
        return inputs

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = inputs[0][-1:]
        specs = [
            ParameterSpec("gamma", shape, self.gamma_initializer) if self.scale else None,
            ParameterSpec("beta", shape, self.beta_initializer) if self.center else None,
        ]
        return tuple(spec for spec in specs if spec is not None)

    def bind(self, binding: Binding) -> Kernel:
        gamma, beta = binding.parameters.get("gamma"), binding.parameters.get("beta")
        rows = Rows(binding)
        flat = (rows.count, rows.width)
        x, y = binding.inputs[0].reshape(flat), binding.outputs[0].reshape(flat)
        share = np.full((rows.width, 1), 1 / rows.width, x.dtype)
        normal, inverse = binding.buffer(flat), binding.buffer((rows.count, 1))
        epsilon, dot, subtract, multiply = np.array(self.epsilon, x.dtype), np.dot, np.subtract, np.multiply
        add, sqrt, reciprocal, copyto = np.add, np.sqrt, np.reciprocal, np.copyto

        def forward() -> None:
            dot(x, share, inverse)
            subtract(x, inverse, normal)
            multiply(normal, normal, y)
            dot(y, share, inverse)
            add(inverse, epsilon, inverse)
            sqrt(inverse, inverse)
            reciprocal(inverse, inverse)
            multiply(normal, inverse, normal)
            if gamma is None:
                copyto(y, normal)
            else:
                rows.multiply(normal, gamma, y)
            if beta is not None:
                rows.add(y, beta, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy, wanted = binding.output_gradients[0].reshape(flat), binding.input_gradients[0]
        dx = None if wanted is None else wanted.reshape(flat)
        d_gamma, d_beta = binding.gradients.get("gamma"), binding.gradients.get("beta")
        work, row, ones = (
            binding.scratch(flat),
            binding.scratch((rows.count, 1)),
            np.ones(rows.count, x.dtype),
        )

        def backward() -> None:
            if d_gamma is not None:
                multiply(dy, normal, work)
                dot(ones, work, d_gamma)
            if d_beta is not None:
                dot(ones, dy, d_beta)
            if dx is None:
                return
            if gamma is None:
                copyto(dx, dy)
            else:
                rows.multiply(dy, gamma, dx)
            multiply(dx, normal, work)
            dot(work, share, row)
            multiply(normal, row, work)
            dot(dx, share, row)
            subtract(dx, row, dx)
            subtract(dx, work, dx)
            multiply(dx, inverse, dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((5,),)),
            Example(cls(epsilon=1e-2, scale=False), ((3, 4),)),
            Example(cls(center=False, gamma_initializer="random_normal"), ((2, 2, 3),)),
            Example(cls(center=False, scale=False), ((4,),)),
            Example(cls(beta_initializer="ones"), ((4,),)),
        )
