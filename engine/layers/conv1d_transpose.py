"""The one-dimensional transposed convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.convolution_transpose import TransposedConvolution
from engine.layers.settings import Extent, Extra, Padding


class Conv1DTranspose(TransposedConvolution, frozen=True):
    """Transposed convolution over sequences: each step writes a whole kernel into a longer sequence (deconvolution).

    Formula: y_(t s + u d - p), f = g(sum over all t, u, c that meet there of x_tc * W_ufc + b_f): what a convolution
    with the same settings does to gradients.
    Shapes: x (N, T, C) -> y (N, T', filters); W (kernel, filters, C); b (filters,); with e = (k - 1) d + 1,
    valid: T' = (T - 1) s + max(e, s); same: T' = T s; with output padding o, valid: T' = (T - 1) s + e + o;
    same: T' = (T - 1) s + e mod 2 + o.
    Gradients: dx is the convolution of dy with W; dW = Pᵀ x with P the patches of dy; db = sum of dy.
    Errors: ShapeError where the input is no sequence; SettingError for strides and dilation both above 1.
    Source: Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning; Keras 3 Conv1DTranspose.
    """

    FORMULA: ClassVar[str] = "y = g(x ∗ᵀ W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "deconvolution", "transposed convolution", "upsample", "decoder", "sequence", "series",
    )  # fmt: skip
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("filters", "strides")
    RANK: ClassVar[int] = 1

    kernel_size: Annotated[Extent, Meta(description="Steps that the kernel writes at once.")] = 3
    strides: Annotated[Extent, Meta(description="Steps between two writings: the growth.")] = 1
    padding: Annotated[
        Padding,
        Meta(description="valid: all that is written; same: cut to the input's length times the strides."),
    ] = "valid"
    dilation_rate: Annotated[
        Extent, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = 1
    output_padding: Annotated[
        Extra | None,
        Meta(
            description="Steps added at the end; where not given, the length is a multiple of the strides.",
            extra={"basic": False},
        ),
    ] = None

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(filters=4), ((4, 2),)),
            Example(cls(filters=5, strides=2, padding="same", activation="tanh"), ((3, 3),)),
            Example(cls(filters=2, kernel_size=2, strides=3, use_bias=False), ((3, 2),)),
            Example(cls(filters=5, dilation_rate=2, bias_initializer="ones"), ((3, 1),)),
            Example(cls(filters=4, strides=2, output_padding=1, kernel_regularizer="l2"), ((3, 1),)),
            Example(cls(filters=2, kernel_size=1, kernel_initializer="he_normal"), ((3, 3),)),
            Example(cls(filters=2, kernel_size=2, kernel_reparameterization="weight"), ((3, 2),)),
        )
