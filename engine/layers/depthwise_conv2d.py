"""The depthwise convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Example, Kernel, Layer, ParameterSpec
from engine.layers.convolution import Step, bind_bias_gradient, in_turn
from engine.layers.convolution_base import bias_spec, check_strides
from engine.layers.depthwise import Depthwise
from engine.layers.settings import (
    Activation,
    BiasInitializer,
    DepthMultiplier,
    KernelInitializer,
    KernelRegularizer,
    KernelReparameterization,
    Padding,
    Pair,
    UseBias,
)
from engine.layers.windows import Geometry, checked_geometry


class DepthwiseConv2D(Layer, frozen=True):
    """Depthwise convolution over images: every channel has kernels of its own and sees no other channel.

    Formula: y_ij(c M + m) = g(sum over u, v of x_(i s + u d - p), (j s + v d - p), c * W_uvcm + b_(c M + m)), with M
    the depth multiplier.
    Shapes: x (N, H, W, C) -> y (N, H', W', C M); W (kernel height, kernel width, C, M); b (C M,);
    valid: H' = floor((H - (k - 1) d - 1) / s) + 1; same: H' = ceil(H / s).
    Gradients: dW_uvcm = sum of x dy where tap u, v looked; dx = dy W, summed where windows overlap; db = sum of dy.
    Errors: ShapeError where the input is no image or smaller than the kernel; SettingError for strides and dilation
    both above 1.
    Source: Howard et al. 2017, MobileNets; Chollet 2017, Xception; Keras 3 DepthwiseConv2D. It is Conv2D with as many
    groups as channels, and quicker.
    """

    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    FORMULA: ClassVar[str] = "y = g(x ∗ W + b), channel by channel"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("convolution", "cnn", "image", "mobilenet", "groups", "separable")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("kernel_size", "strides")

    kernel_size: Annotated[Pair, Meta(description="Height and width of the kernel.")] = (3, 3)
    strides: Annotated[Pair, Meta(description="Step of the kernel down and across.")] = (1, 1)
    padding: Annotated[
        Padding,
        Meta(description="valid: only where the kernel fits; same: zeros around, size kept (at stride 1)."),
    ] = "valid"
    depth_multiplier: DepthMultiplier = 1
    dilation_rate: Annotated[
        Pair, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = (1, 1)
    activation: Activation = "linear"
    use_bias: UseBias = True
    depthwise_initializer: KernelInitializer = "glorot_uniform"
    bias_initializer: BiasInitializer = "zeros"
    depthwise_regularizer: KernelRegularizer = None
    depthwise_reparameterization: KernelReparameterization = None

    def check(self) -> None:
        super().check()
        check_strides(self.NAME, self.strides, self.dilation_rate)

    def geometry(self, shape: Shape) -> Geometry:
        """Return where the kernel goes on inputs of `shape`. Raises ShapeError."""
        return checked_geometry(
            self.NAME, shape, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        return self.replace(padding="same")

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        return ((*self.geometry(shape).output, shape[-1] * self.depth_multiplier),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        channels = inputs[0][-1]
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        kernel = ParameterSpec(
            "kernel",
            shape,
            self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            reparameterization=self.depthwise_reparameterization,
        )
        bias = bias_spec(self.use_bias, channels * self.depth_multiplier, self.bias_initializer)
        return (kernel, *bias)

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        geometry = self.geometry(x.shape[1:])
        kernel, bias = binding.parameters["kernel"], binding.parameters.get("bias")
        work = Depthwise(binding, x, kernel, y, geometry, bias)
        forward = work.forward()
        if not binding.output_gradients:
            return Kernel(forward)
        (dy,), d_bias = binding.output_gradients, binding.gradients.get("bias")
        steps: list[Step] = [work.backward(dy, binding.gradients.get("kernel"), binding.input_gradients[0])]
        if d_bias is not None:
            steps.append(bind_bias_gradient(dy, d_bias))
        return Kernel(forward, in_turn(steps))

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        return size(self.output_shapes(inputs)[0]) * size(self.kernel_size)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((5, 4, 3),)),
            Example(cls(padding="same", depth_multiplier=2, activation="tanh"), ((4, 5, 2),)),
            Example(cls(strides=(2, 1), padding="same", use_bias=False), ((5, 4, 2),)),
            Example(cls(kernel_size=(2, 3), dilation_rate=(2, 1), bias_initializer="ones"), ((5, 5, 2),)),
            Example(cls(kernel_size=(1, 1), depth_multiplier=3, strides=(2, 2)), ((3, 4, 1),)),
            Example(cls(kernel_size=(2, 2), depthwise_regularizer="l2"), ((2, 3, 2),)),
            Example(cls(kernel_size=(2, 2), depthwise_reparameterization="weight"), ((2, 3, 2),)),
            Example(cls(kernel_size=(3, 2), depthwise_initializer="he_normal", padding="same"), ((1, 3, 2),)),
        )
