"""What the convolutions share: their settings, shapes and parameters, whether over sequences or over images."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, cast

from msgspec import Meta
from numpy.typing import NDArray

import engine.layers.convolution_winograd as winograd
from engine.core.errors import SettingError, ShapeError
from engine.core.shapes import Shape, size
from engine.layers.base import Binding, Kernel, Layer, ParameterSpec
from engine.layers.convolution import (
    Bias,
    Patches,
    bind_bias_gradient,
    bind_correlation,
    bind_input_gradient,
    bind_kernel_gradient,
    grouped,
    in_turn,
)
from engine.layers.settings import (
    Activation,
    BiasInitializer,
    KernelInitializer,
    KernelRegularizer,
    KernelReparameterization,
    UseBias,
)
from engine.layers.windows import CausalPadding, Geometry, checked_geometry

Array = NDArray[Any]


class ConvolutionBase(Layer, frozen=True):
    """Base of the layers with a kernel that slides: those over sequences have one number where images have two."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "convolution"
    CATEGORY: ClassVar[str] = "Convolution"
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")
    RANK: ClassVar[int] = 2
    """Spatial axes: 1 for sequences, 2 for images."""

    filters: Annotated[
        int, Meta(ge=1, le=10**6, description="Number of filters, the channels of the result.")
    ] = 32
    kernel_size: Any = 3
    strides: Any = 1
    padding: Any = "valid"
    dilation_rate: Any = 1

    @property
    def window(self) -> tuple[int, ...]:
        """The extent of the kernel along each spatial axis."""
        return along_axes(self.kernel_size)

    def check(self) -> None:
        super().check()
        check_strides(self.NAME, self.strides, self.dilation_rate)

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        return self.replace(padding="same")

    def geometry(self, shape: Shape) -> Geometry:
        """Return where the kernel goes on inputs of `shape`. Raises ShapeError."""
        return checked_geometry(
            self.NAME,
            shape,
            self.window,
            along_axes(self.strides),
            cast(CausalPadding, self.padding),
            along_axes(self.dilation_rate),
        )


class Convolution(ConvolutionBase, frozen=True):
    """Base of Conv1D and Conv2D."""

    NAME: ClassVar[str] = ""

    groups: Annotated[
        int,
        Meta(
            ge=1,
            le=10**6,
            description="Parts into which channels and filters are divided; each filter sees its own part only.",
            extra={"basic": False},
        ),
    ] = 1
    activation: Activation = "linear"
    use_bias: UseBias = True
    kernel_initializer: KernelInitializer = "glorot_uniform"
    bias_initializer: BiasInitializer = "zeros"
    kernel_regularizer: KernelRegularizer = None
    kernel_reparameterization: KernelReparameterization = None

    def check(self) -> None:
        super().check()
        if self.filters % self.groups:
            raise SettingError(
                f"{self.NAME}: filters must be a multiple of groups. Received: filters {self.filters}, "
                f"groups {self.groups}."
            )

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        output = self.geometry(shape).output[-self.RANK :]
        if shape[-1] % self.groups:
            raise ShapeError(
                f"{self.NAME} expects channels in a multiple of its {self.groups} groups. "
                f"Received: {shape[-1]} channels.",
                shapes=(shape,),
            )
        return ((*output, self.filters),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = (*self.window, inputs[0][-1] // self.groups, self.filters)
        return (
            ParameterSpec(
                "kernel",
                shape,
                self.kernel_initializer,
                regularizer=self.kernel_regularizer,
                reparameterization=self.kernel_reparameterization,
            ),
            *bias_spec(self.use_bias, self.filters, self.bias_initializer),
        )

    def bind(self, binding: Binding) -> Kernel:
        x, y = as_images(binding.inputs[0]), as_images(binding.outputs[0])
        geometry, groups = self.geometry(binding.inputs[0].shape[1:]), self.groups
        kernel = as_two_axes(binding.parameters["kernel"])
        d_kernel, d_bias = binding.gradients.get("kernel"), binding.gradients.get("bias")
        bias = Bias(binding, y) if self.use_bias else None
        fast = winograd.suits(geometry, x.shape[-1], self.filters, groups)
        if fast:
            tiles = winograd.Tiles(binding, x, geometry, self.filters, keep=d_kernel is not None)
            forward = winograd.bind_convolution(binding, tiles, kernel, y, bias)
        else:
            patches = Patches(binding, x, geometry, groups, keep=d_kernel is not None)
            matrix = grouped(kernel.reshape(-1, self.filters), groups)
            forward = bind_correlation(patches, matrix, y, groups, bias)
        if not binding.output_gradients:
            return Kernel(forward)
        dy, dx = as_images(binding.output_gradients[0]), binding.input_gradients[0]
        steps = []
        if d_kernel is not None and fast:
            steps.append(winograd.bind_kernel_gradient(binding, tiles, dy, d_kernel))
        elif d_kernel is not None:
            steps.append(bind_kernel_gradient(patches, dy, d_kernel, groups))
        if d_bias is not None:
            steps.append(bind_bias_gradient(dy, d_bias))
        if dx is not None and fast:
            steps.append(winograd.bind_input_gradient(binding, dy, kernel, as_images(dx), geometry))
        elif dx is not None:
            steps.append(bind_input_gradient(binding, dy, kernel, as_images(dx), geometry, groups))
        return Kernel(forward, in_turn(steps))

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        places = size(self.geometry(inputs[0]).output)
        return places * size(self.window) * inputs[0][-1] // self.groups * self.filters


def check_strides(name: str, strides: int | tuple[int, ...], dilation: int | tuple[int, ...]) -> None:
    """Raise SettingError for strides and dilation both above 1."""
    if max(along_axes(strides)) > 1 and max(along_axes(dilation)) > 1:
        raise SettingError(
            f"{name}: strides and dilation_rate can't both be above 1. Received: {strides} and {dilation}. "
            f"Set one of them to {1 if isinstance(strides, int) else (1, 1)}."
        )


def along_axes(setting: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return a setting as one number per spatial axis."""
    return (setting,) if isinstance(setting, int) else tuple(setting)


def as_images(array: Array) -> Array:
    """Return a batch of images as it is, and one of sequences as images that are one row high."""
    return array[:, None] if array.ndim == 3 else array


def bias_spec(use_bias: bool, count: int, initializer: Any) -> tuple[ParameterSpec, ...]:
    """Return the bias as a parameter, or nothing."""
    return (ParameterSpec("bias", (count,), initializer),) if use_bias else ()


def as_two_axes(kernel: Array) -> Array:
    """Return a kernel over images as it is, and one over sequences as one that is a row high."""
    return kernel[None] if kernel.ndim == 3 else kernel
