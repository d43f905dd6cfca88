"""The two-dimensional convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.errors import SettingError
from engine.core.fields import ComponentValue
from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Example, Kernel, Layer, ParameterSpec
from engine.layers.convolution import bind_input_gradient, bind_patches
from engine.layers.windows import Geometry, Padding, checked_geometry

Extent = Annotated[int, Meta(ge=1, le=1024)]


class Conv2D(Layer, frozen=True):
    """Convolution over images: one small kernel per filter slides over the picture and looks at all its channels.

    Formula: y_ijf = g(sum over u, v, c of x_(i s + u d - p), (j s + v d - p), c * W_uvcf + b_f), with stride s,
    dilation d and p zeros of padding (a cross-correlation, as in every library).
    Shapes: x (N, H, W, C) -> y (N, H', W', filters); W (kernel height, kernel width, C, filters); b (filters,);
    valid: H' = floor((H - (k - 1) d - 1) / s) + 1; same: H' = ceil(H / s), the odd zero of padding at the end.
    Gradients: with P the patches as rows, y = P W: dW = Pᵀ dy; dP = dy Wᵀ, summed where patches overlap;
    db = sum of dy over all samples and places.
    Errors: ShapeError where the input is no image or smaller than the kernel; SettingError for strides and dilation
    both above 1.
    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition; Keras 3 Conv2D.
    """

    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    FORMULA: ClassVar[str] = "y = g(x ∗ W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("convolution", "cnn", "image", "filter", "kernel")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")

    filters: Annotated[
        int, Meta(ge=1, le=10**6, description="Number of filters, the channels of the result.")
    ] = 32
    kernel_size: Annotated[tuple[Extent, Extent], Meta(description="Height and width of the kernel.")] = (
        3,
        3,
    )
    strides: Annotated[tuple[Extent, Extent], Meta(description="Step of the kernel down and across.")] = (
        1,
        1,
    )
    padding: Annotated[
        Padding,
        Meta(description="valid: only where the kernel fits; same: zeros around, size kept (at stride 1)."),
    ] = "valid"
    dilation_rate: Annotated[
        tuple[Extent, Extent],
        Meta(description="Distance between the taps of the kernel.", extra={"basic": False}),
    ] = (1, 1)
    activation: Annotated[
        ComponentValue, Meta(description="Function applied to the output.", extra={"registry": "activation"})
    ] = "linear"
    use_bias: Annotated[bool, Meta(description="Add a trained constant to each filter.")] = True
    kernel_initializer: Annotated[
        ComponentValue, Meta(description="First values of the weights.", extra={"registry": "initializer"})
    ] = "glorot_uniform"
    bias_initializer: Annotated[
        ComponentValue,
        Meta(description="First values of the biases.", extra={"registry": "initializer", "basic": False}),
    ] = "zeros"
    kernel_regularizer: Annotated[
        ComponentValue | None,
        Meta(description="Penalty on large weights.", extra={"registry": "regularizer", "basic": False}),
    ] = None

    def check(self) -> None:
        super().check()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise SettingError(
                f"Conv2D: strides and dilation_rate can't both be above 1. Received: {self.strides} and "
                f"{self.dilation_rate}. Set one of them to (1, 1)."
            )

    def geometry(self, shape: Shape) -> Geometry:
        """Return where the kernel goes on inputs of `shape`. Raises ShapeError."""
        return checked_geometry(
            self.NAME, shape, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((*self.geometry(inputs[0]).output, self.filters),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = (*self.kernel_size, inputs[0][-1], self.filters)
        kernel = ParameterSpec("kernel", shape, self.kernel_initializer, regularizer=self.kernel_regularizer)
        return (
            (kernel, ParameterSpec("bias", (self.filters,), self.bias_initializer))
            if self.use_bias
            else (kernel,)
        )

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        geometry = self.geometry(x.shape[1:])
        kernel, bias = binding.parameters["kernel"], binding.parameters.get("bias")
        weights = kernel.reshape(-1, self.filters)
        fill, patches = bind_patches(binding, x, geometry, keep="kernel" in binding.gradients)
        rows = y.reshape(-1, self.filters)
        dot, add, copyto = np.dot, np.add, np.copyto
        # The bias is laid out once per image row, so that the addition runs over long stretches of memory.
        lines = y.reshape(-1, geometry.columns.positions * self.filters)
        line = binding.buffer((geometry.columns.positions, self.filters))
        flat_line = line.reshape(-1)

        def forward() -> None:
            fill()
            dot(patches, weights, rows)
            if bias is not None:
                copyto(line, bias)
                add(lines, flat_line, lines)

        if not binding.output_gradients:
            return Kernel(forward)
        dy = binding.output_gradients[0].reshape(-1, self.filters)
        d_kernel, d_bias, dx = (
            binding.gradients.get("kernel"),
            binding.gradients.get("bias"),
            binding.input_gradients[0],
        )
        d_weights = None if d_kernel is None else d_kernel.reshape(weights.shape)
        transposed, ones = patches.T, np.ones(len(rows), rows.dtype)
        spread = (
            None
            if dx is None
            else bind_input_gradient(binding, binding.output_gradients[0], kernel, dx, geometry)
        )

        def backward() -> None:
            if d_weights is not None:
                dot(transposed, dy, d_weights)
            if d_bias is not None:
                dot(ones, dy, d_bias)
            if spread is not None:
                spread()

        return Kernel(forward, backward)

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        places = size(self.geometry(inputs[0]).output)
        return places * size(self.kernel_size) * inputs[0][-1] * self.filters

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(filters=3, kernel_size=(3, 3)), ((5, 6, 2),)),
            Example(cls(filters=2, kernel_size=(3, 2), padding="same", activation="tanh"), ((4, 5, 1),)),
            Example(cls(filters=2, kernel_size=(3, 3), strides=(2, 2), padding="same"), ((6, 5, 4),)),
            Example(cls(filters=3, kernel_size=(2, 3), strides=(1, 3), use_bias=False), ((5, 7, 4),)),
            Example(cls(filters=2, kernel_size=(1, 1), kernel_regularizer="l2"), ((3, 4, 5),)),
            Example(cls(filters=2, kernel_size=(2, 2), dilation_rate=(2, 3)), ((6, 7, 2),)),
            Example(
                cls(
                    filters=2,
                    kernel_size=(3, 3),
                    dilation_rate=(2, 1),
                    padding="same",
                    bias_initializer="ones",
                ),
                ((5, 4, 4),),
            ),
            Example(
                cls(filters=2, kernel_size=(2, 2), strides=(3, 3), kernel_initializer="he_normal"),
                ((8, 8, 1),),
            ),
        )
