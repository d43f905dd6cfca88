"""The depthwise separable convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Example, Kernel, ParameterSpec
from engine.layers.convolution import (
    Bias,
    Patches,
    Step,
    bind_bias_gradient,
    bind_correlation,
    bind_input_gradient,
    bind_kernel_gradient,
    grouped,
    in_turn,
)
from engine.layers.convolution_base import ConvolutionBase, bias_spec
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
from engine.layers.windows import Geometry


class SeparableConv2D(ConvolutionBase, frozen=True):
    """Depthwise separable convolution over images: first each channel by itself, then all channels of each place.

    Formula: z_ij(c M + m) = sum over u, v of x_(i s + u d - p), (j s + v d - p), c * D_uvcm;
    y_ijf = g(sum over q of z_ijq P_qf + b_f), with M the depth multiplier.
    Shapes: x (N, H, W, C) -> y (N, H', W', filters); D (kernel height, kernel width, C, M); P (1, 1, C M, filters);
    b (filters,); H' and W' as of Conv2D.
    Gradients: dP = zᵀ dy; dz = dy Pᵀ; dD and dx as of DepthwiseConv2D; db = sum of dy.
    Errors: ShapeError where the input is no image or smaller than the kernel; SettingError for strides and dilation
    both above 1.
    Source: Chollet 2017, Xception; Keras 3 SeparableConv2D.
    """

    FORMULA: ClassVar[str] = "y = g((x ∗ D)·P + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "convolution",
        "cnn",
        "image",
        "xception",
        "mobilenet",
        "depthwise",
    )

    kernel_size: Annotated[Pair, Meta(description="Height and width of the depthwise kernel.")] = (3, 3)
    strides: Annotated[Pair, Meta(description="Step of the kernel down and across.")] = (1, 1)
    padding: Annotated[
        Padding,
        Meta(description="valid: only where the kernel fits; same: zeros around, size kept (at stride 1)."),
    ] = "valid"
    dilation_rate: Annotated[
        Pair, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = (1, 1)
    depth_multiplier: DepthMultiplier = 1
    activation: Activation = "linear"
    use_bias: UseBias = True
    depthwise_initializer: KernelInitializer = "glorot_uniform"
    pointwise_initializer: KernelInitializer = "glorot_uniform"
    bias_initializer: BiasInitializer = "zeros"
    depthwise_regularizer: KernelRegularizer = None
    pointwise_regularizer: KernelRegularizer = None
    depthwise_reparameterization: KernelReparameterization = None
    pointwise_reparameterization: KernelReparameterization = None

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((*self.geometry(inputs[0]).output, self.filters),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        channels = inputs[0][-1]
        return (
            ParameterSpec(
                "depthwise_kernel",
                (*self.kernel_size, channels, self.depth_multiplier),
                self.depthwise_initializer,
                regularizer=self.depthwise_regularizer,
                reparameterization=self.depthwise_reparameterization,
            ),
            ParameterSpec(
                "pointwise_kernel",
                (1, 1, channels * self.depth_multiplier, self.filters),
                self.pointwise_initializer,
                regularizer=self.pointwise_regularizer,
                reparameterization=self.pointwise_reparameterization,
            ),
            *bias_spec(self.use_bias, self.filters, self.bias_initializer),
        )

    def bind(self, binding: Binding) -> Kernel:
        (x,), (y,) = binding.inputs, binding.outputs
        geometry = self.geometry(x.shape[1:])
        depthwise, pointwise = (binding.parameters[f"{name}_kernel"] for name in ("depthwise", "pointwise"))
        middle = binding.buffer((*y.shape[:3], pointwise.shape[2]))
        work = Depthwise(binding, x, depthwise, middle, geometry)
        places = Geometry.places(*geometry.output)
        patches = Patches(binding, middle, places)
        bias = Bias(binding, y) if self.use_bias else None
        mix = bind_correlation(patches, grouped(pointwise, 1), y, bias=bias)
        forward = in_turn([work.forward(), mix])
        if not binding.output_gradients:
            return Kernel(forward)
        (dy,), dx, given = binding.output_gradients, binding.input_gradients[0], binding.gradients
        steps: list[Step] = []
        if "bias" in given:
            steps.append(bind_bias_gradient(dy, given["bias"]))
        if "pointwise_kernel" in given:
            steps.append(bind_kernel_gradient(patches, dy, given["pointwise_kernel"]))
        if dx is not None or "depthwise_kernel" in given:
            d_middle = binding.scratch(middle.shape)
            steps.append(bind_input_gradient(binding, dy, pointwise, d_middle, places))
            steps.append(work.backward(d_middle, given.get("depthwise_kernel"), dx))
        return Kernel(forward, in_turn(steps))

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        middle = size(self.geometry(inputs[0]).output) * inputs[0][-1] * self.depth_multiplier
        return middle * (size(self.kernel_size) + self.filters)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(filters=3), ((5, 4, 2),)),
            Example(
                cls(
                    filters=2,
                    padding="same",
                    depth_multiplier=2,
                    activation="tanh",
                    depthwise_regularizer="l2",
                ),
                ((3, 4, 2),),
            ),
            Example(cls(filters=2, strides=(2, 1), use_bias=False, pointwise_regularizer="l2"), ((5, 4, 2),)),
            Example(cls(filters=2, kernel_size=(2, 2), dilation_rate=(2, 1)), ((4, 4, 1),)),
            Example(
                cls(
                    filters=2, depthwise_reparameterization="weight", pointwise_reparameterization="spectral"
                ),
                ((4, 4, 2),),
            ),
            Example(
                cls(filters=2, depthwise_initializer="he_normal", pointwise_initializer="he_normal"),
                ((3, 3, 2),),
            ),
            Example(cls(filters=1, kernel_size=(2, 2), bias_initializer="ones"), ((3, 3, 1),)),
        )
