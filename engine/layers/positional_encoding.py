"""Where a step stands, told by waves."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, refuse


class PositionalEncoding(Layer, frozen=True):
    """Sinusoidal positional encoding: adds to each step a fixed pattern of waves that tells where it stands.

    Formula: y = s x + P with P[p, 2i] = sin(p / max_wavelength^(2i/D)) and P[p, 2i + 1] = cos of the same; s = √D where
    scale is on, else 1. Attention alone does not know the order of its steps; a shift of p is a rotation of each
    pair (sine, cosine), so that distances are easy to find.
    Shapes: x (N, T, D) -> y the same. Nothing is trained. Gradients: dx = s dy.
    Errors: ShapeError for an input that is no sequence.
    Source: Vaswani et al. 2017, Attention is all you need, sections 3.5, and 3.4 for the scale; keras_hub
    SinePositionEncoding gives P alone.
    """

    FAMILY: ClassVar[str] = "attention"
    MASKING: ClassVar[Masking] = "pass"
    CATEGORY: ClassVar[str] = "Attention"
    FORMULA: ClassVar[str] = "y = x + P, P[p, 2i] = sin(p / 10000^(2i/D)), P[p, 2i+1] = cos(…)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("position", "sinusoidal", "sine", "order", "transformer")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("max_wavelength",)
    ACTIVATION_FIELD: ClassVar[str] = ""

    max_wavelength: Annotated[
        float,
        Meta(
            gt=1,
            description="The slowest wave repeats after 2π times this many steps.",
            extra={"scale": "log"},
        ),
    ] = 10_000.0
    scale: Annotated[
        bool,
        Meta(description="Multiply the input by √D first, so that the waves do not drown small embeddings."),
    ] = False

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if len(inputs[0]) != 2:
            raise refuse(self, "a sequence of shape (steps, features)", inputs[0])
        return inputs

    def pattern(self, steps: int, features: int) -> NDArray[np.float64]:
        """Return P (steps, features)."""
        pair = np.arange(features) // 2
        angle = np.arange(steps)[:, None] / self.max_wavelength ** (2 * pair / features)
        return np.where(np.arange(features) % 2, np.cos(angle), np.sin(angle))

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        steps, features = x.shape[1:]
        pattern = self.pattern(steps, features).astype(x.dtype).reshape(-1)
        flat, out = x.reshape(len(x), -1), y.reshape(len(x), -1)
        factor: Any = x.dtype.type(math.sqrt(features)) if self.scale else None

        def forward() -> None:
            if factor is None:
                np.add(flat, pattern, out)
            else:
                np.multiply(flat, factor, out)
                np.add(out, pattern, out)

        dx = binding.input_gradients[0] if binding.output_gradients else None
        if dx is None:
            return Kernel(forward)
        (dy,) = binding.output_gradients

        def backward() -> None:
            if factor is None:
                np.copyto(dx, dy)
            else:
                np.multiply(dy, factor, dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4, 6),)),
            Example(cls(max_wavelength=100.0, scale=True), ((3, 5),)),
        )
