"""A rectifier that learns its slope."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.fields import ComponentValue
from engine.core.shapes import Shape, size, text
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec
from engine.layers.rows import Rows

Array = NDArray[Any]


class PReLU(Layer, frozen=True):
    """Parametric rectifier: passes what is positive, and the rest at a slope that is learned.

    Formula: y = x where x > 0, else alpha x; at first alpha = 0, which is ReLU.
    Shapes: x (N, ...) -> y the same; alpha has the shape of one sample, with 1 at the shared axes. Axis 1 is the first
    after the batch: images share one slope for each channel with axes 1 and 2.
    Gradients: dx = dy where x > 0, else alpha dy; dalpha = sum of x dy where x <= 0.
    Errors: ShapeError where a shared axis does not exist.
    Source: He, Zhang, Ren and Sun 2015, Delving deep into rectifiers; Keras 3 PReLU.
    """

    FAMILY: ClassVar[str] = "activation"
    FORMULA: ClassVar[str] = "y = max(x, 0) + α·min(x, 0)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("relu", "leaky", "learned activation", "parametric", "slope")
    ACTIVATION_FIELD: ClassVar[str] = ""
    MASKING: ClassVar[Masking] = "pass"

    alpha_initializer: Annotated[
        ComponentValue, Meta(description="First slope.", extra={"registry": "initializer"})
    ] = "zeros"
    alpha_regularizer: Annotated[
        ComponentValue | None,
        Meta(description="Penalty on large slopes.", extra={"registry": "regularizer", "basic": False}),
    ] = None
    shared_axes: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=8)], ...],
        Meta(description="Axes along which one slope is shared: 1, 2 gives images one for each channel."),
    ] = ()

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        if any(axis > len(shape) for axis in self.shared_axes):
            raise ShapeError(
                f"PReLU shares axis {max(self.shared_axes)}, but its input has {len(shape)} after the batch. "
                f"Received: {text(shape)}.",
                shapes=inputs,
            )
        return inputs

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        return self.replace(shared_axes=tuple(axis for axis in self.shared_axes if axis <= len(inputs[0])))

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = tuple(1 if axis in self.shared_axes else n for axis, n in enumerate(inputs[0], start=1))
        spec = ParameterSpec("alpha", shape, self.alpha_initializer, regularizer=self.alpha_regularizer)
        return (spec,)

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,), alpha = binding.inputs, binding.outputs, binding.parameters["alpha"]
        # One slope for each channel, as with images, goes over long stretches of memory; others as NumPy does it.
        by_channel = x.ndim > 1 and alpha.size == x.shape[-1]
        slope = alpha.reshape(-1) if by_channel else alpha
        times: Any = Rows(binding).multiply if by_channel else np.multiply
        zero, work = np.array(0, x.dtype), binding.scratch(x.shape)
        maximum, minimum, multiply, add = np.maximum, np.minimum, np.multiply, np.add

        def forward() -> None:
            minimum(x, zero, out=work)
            times(work, slope, y)
            maximum(x, zero, out=work)
            add(y, work, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy, dx = binding.output_gradients[0], binding.input_gradients[0]
        d_alpha, greater, positive = (
            binding.gradients.get("alpha"),
            np.greater,
            binding.scratch(x.shape, bool),
        )
        reduce, copyto = None if d_alpha is None else self._bind_sum(binding, work, d_alpha), np.copyto

        def backward() -> None:
            if reduce is not None:
                minimum(x, zero, out=work)
                multiply(work, dy, work)
                reduce()
            if dx is not None:
                greater(x, zero, positive)
                times(dy, slope, dx)
                copyto(dx, dy, where=positive)

        return Kernel(forward, backward)

    def _bind_sum(self, binding: Binding, work: Array, out: Array) -> Any:
        """Return a function that writes to `out` the sum of `work` over the batch and the shared axes."""
        samples = np.ones(len(work), work.dtype)
        total = out if out.shape == work.shape[1:] else binding.scratch(work.shape[1:])
        rows, line, dot = work.reshape(len(work), -1), total.reshape(-1), np.dot
        axes = tuple(axis - 1 for axis in self.shared_axes)

        def reduce() -> None:
            dot(samples, rows, line)
            if total is not out:
                np.add.reduce(total, axis=axes, keepdims=True, out=out)

        return reduce

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        return size(inputs[0])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((6,),)),
            Example(cls(shared_axes=(1, 2), alpha_initializer="random_normal"), ((3, 2, 4),)),
            Example(cls(shared_axes=(1,), alpha_regularizer="l2"), ((3, 4),)),
            Example(cls(shared_axes=(2,), alpha_initializer="ones"), ((3, 4),)),
        )
