"""The fully connected layer."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec, refuse
from engine.layers.settings import (
    Activation,
    BiasInitializer,
    KernelInitializer,
    KernelRegularizer,
    KernelReparameterization,
    UseBias,
)


class Dense(Layer, frozen=True):
    """Fully connected layer: every unit sees every input.

    Formula: y = g(x W + b).
    Shapes: x (N, ..., D) -> y (N, ..., units); W (D, units); b (units,).
    Gradients: dx = dy Wᵀ; dW = xᵀ dy; db = sum of dy over all samples.
    Errors: ShapeError for an input without a feature axis.
    Source: Keras 3 Dense.
    """

    FAMILY: ClassVar[str] = "dense"
    MASKING: ClassVar[Masking] = "pass"
    FORMULA: ClassVar[str] = "y = g(x·W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("fully connected", "linear", "perceptron", "mlp")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("units", "activation")

    units: Annotated[int, Meta(ge=1, le=10**9, description="Number of units (neurons).")] = 32
    activation: Activation = "linear"
    use_bias: UseBias = True
    kernel_initializer: KernelInitializer = "glorot_uniform"
    bias_initializer: BiasInitializer = "zeros"
    kernel_regularizer: KernelRegularizer = None
    kernel_reparameterization: KernelReparameterization = None

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        if not shape:
            raise refuse(self, "an input with a feature axis", shape)
        return ((*shape[:-1], self.units),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        kernel = ParameterSpec(
            "kernel",
            (inputs[0][-1], self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            reparameterization=self.kernel_reparameterization,
        )
        return (
            (kernel, ParameterSpec("bias", (self.units,), self.bias_initializer))
            if self.use_bias
            else (kernel,)
        )

    def bind(self, binding: Binding) -> Kernel:
        kernel, bias = binding.parameters["kernel"], binding.parameters.get("bias")
        x = binding.inputs[0].reshape(-1, kernel.shape[0])
        y = binding.outputs[0].reshape(-1, self.units)
        dot, add = np.dot, np.add

        def forward() -> None:
            dot(x, kernel, y)
            if bias is not None:
                add(y, bias, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy = binding.output_gradients[0].reshape(-1, self.units)
        gradient = binding.input_gradients[0]
        dx = None if gradient is None else gradient.reshape(x.shape)
        d_kernel, d_bias = binding.gradients.get("kernel"), binding.gradients.get("bias")
        x_transposed, kernel_transposed, ones = x.T, kernel.T, np.ones(len(x), x.dtype)

        def backward() -> None:
            if d_kernel is not None:
                dot(x_transposed, dy, d_kernel)
            if d_bias is not None:
                dot(ones, dy, d_bias)
            if dx is not None:
                dot(dy, kernel_transposed, dx)

        return Kernel(forward, backward)

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        return size(inputs[0]) * self.units

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(units=3), ((4,),)),
            Example(cls(units=2, use_bias=False, kernel_initializer="he_normal"), ((3,),)),
            Example(
                cls(units=3, activation="tanh", kernel_regularizer="l2", bias_initializer="ones"), ((5, 4),)
            ),
            Example(cls(units=3, kernel_reparameterization="spectral", kernel_regularizer="l2"), ((4,),)),
            Example(cls(units=2, kernel_reparameterization="weight"), ((3, 4),)),
        )
