"""What the transposed convolutions share: a convolution's way back, used forward."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Kernel, ParameterSpec
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
from engine.layers.convolution_base import (
    ConvolutionBase,
    along_axes,
    as_images,
    as_two_axes,
    bias_spec,
)
from engine.layers.settings import (
    Activation,
    BiasInitializer,
    KernelInitializer,
    KernelRegularizer,
    KernelReparameterization,
    UseBias,
)
from engine.layers.windows import Axis, Geometry, check_rank


class TransposedConvolution(ConvolutionBase, frozen=True):
    """Base of Conv1DTranspose and Conv2DTranspose."""

    NAME: ClassVar[str] = ""

    output_padding: Any = None
    activation: Activation = "linear"
    use_bias: UseBias = True
    kernel_initializer: KernelInitializer = "glorot_uniform"
    bias_initializer: BiasInitializer = "zeros"
    kernel_regularizer: KernelRegularizer = None
    kernel_reparameterization: KernelReparameterization = None

    def geometry(self, shape: Shape) -> Geometry:
        """Return the windows of the convolution that leads from the output back to inputs of `shape`."""
        check_rank(self.NAME, shape, self.RANK)
        more = (None,) * self.RANK if self.output_padding is None else along_axes(self.output_padding)
        settings = (self.window, along_axes(self.strides), along_axes(self.dilation_rate), more)
        axes = tuple(
            Axis.transposed(n, k, s, d, self.padding, extra)
            for n, k, s, d, extra in zip(shape[:-1], *settings, strict=True)
        )
        if min(axis.size for axis in axes) < 1:
            raise ShapeError(
                f"{self.NAME} would give an output without places. Received: an input of {shape[:-1]}. "
                "Set a larger output_padding, or none.",
                shapes=(shape,),
            )
        return Geometry.over(axes)

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((*self.geometry(inputs[0]).input[-self.RANK :], self.filters),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec(
                "kernel",
                (*self.window, self.filters, inputs[0][-1]),
                self.kernel_initializer,
                regularizer=self.kernel_regularizer,
                reparameterization=self.kernel_reparameterization,
            ),
            *bias_spec(self.use_bias, self.filters, self.bias_initializer),
        )

    def bind(self, binding: Binding) -> Kernel:
        x, y = as_images(binding.inputs[0]), as_images(binding.outputs[0])
        geometry = self.geometry(binding.inputs[0].shape[1:])
        kernel = as_two_axes(binding.parameters["kernel"])
        steps: list[Step] = [bind_input_gradient(binding, x, kernel, y, geometry)]
        if self.use_bias:
            bias = Bias(binding, y)
            steps += [bias.lay_out, bias.adder(slice(None))]
        if not binding.output_gradients:
            return Kernel(in_turn(steps))
        dy, dx = as_images(binding.output_gradients[0]), binding.input_gradients[0]
        d_kernel, d_bias = binding.gradients.get("kernel"), binding.gradients.get("bias")
        back: list[Step] = []
        patches = Patches(binding, dy, geometry, keep=d_kernel is not None)
        if dx is not None:
            matrix = grouped(kernel.reshape(-1, kernel.shape[-1]), 1)
            back.append(bind_correlation(patches, matrix, as_images(dx)))
        elif d_kernel is not None:
            back.append(patches.fill())
        if d_kernel is not None:
            back.append(bind_kernel_gradient(patches, x, d_kernel))
        if d_bias is not None:
            back.append(bind_bias_gradient(dy, d_bias))
        return Kernel(in_turn(steps), in_turn(back))

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        return size(inputs[0]) * size(self.window) * self.filters
