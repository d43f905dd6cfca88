"""Division of each sample by its length."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, refuse

SMALLEST = 1e-12
"""Shorter vectors count as this long, so that zeros stay zeros (as in Keras)."""


class UnitNormalization(Layer, frozen=True):
    """Unit normalization: gives each sample the length 1, so that products of two samples are cosines.

    Formula: y = x / max(|x|, 1e-12), with |x| = √(sum of x²) and the sum over the last axis. It has no weights.
    Shapes: x (N, ..., C) -> y the same.
    Gradients: dx = (dy - y sum(dy y)) / |x|.
    Errors: ShapeError for an input without a feature axis.
    Source: Keras 3 UnitNormalization over the last axis.
    """

    FAMILY: ClassVar[str] = "normalization"
    CATEGORY: ClassVar[str] = "Normalization"
    FORMULA: ClassVar[str] = "y = x / |x|"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("length", "cosine", "normalize", "sphere", "siamese", "l2")
    ACTIVATION_FIELD: ClassVar[str] = ""
    MASKING: ClassVar[Masking] = "pass"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if not inputs[0]:
            raise refuse(self, "an input with a feature axis", inputs[0])
        return inputs

    def bind(self, binding: Binding) -> Kernel:
        shape = binding.inputs[0].shape
        flat = (math.prod(shape[:-1]), shape[-1])
        x, y = (array.reshape(flat) for array in (binding.inputs[0], binding.outputs[0]))
        inverse = binding.buffer((flat[0], 1))
        row, smallest, ones = inverse[:, 0], np.array(SMALLEST**2, x.dtype), np.ones(flat[1], x.dtype)
        dot, multiply, maximum, sqrt, reciprocal = np.dot, np.multiply, np.maximum, np.sqrt, np.reciprocal

        def forward() -> None:
            multiply(x, x, y)
            dot(y, ones, row)
            maximum(row, smallest, out=row)
            sqrt(row, row)
            reciprocal(row, row)
            multiply(x, inverse, y)

        if not binding.output_gradients or binding.input_gradients[0] is None:
            return Kernel(forward)
        dy, dx = binding.output_gradients[0].reshape(flat), binding.input_gradients[0].reshape(flat)
        column, work, long = (
            binding.scratch((flat[0], 1)),
            binding.scratch(flat),
            binding.scratch(flat[:1], bool),
        )
        value, limit, less, subtract = column[:, 0], np.array(1 / SMALLEST, x.dtype), np.less, np.subtract

        def backward() -> None:
            multiply(dy, y, work)
            dot(work, ones, value)
            # Where the length counts as the smallest, it does not depend on x.
            less(row, limit, long)
            multiply(value, long, value)
            multiply(y, column, work)
            subtract(dy, work, dx)
            multiply(dx, inverse, dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(cls(), ((5,),)), Example(cls(), ((3, 4),)))
