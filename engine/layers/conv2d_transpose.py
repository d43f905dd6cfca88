"""The two-dimensional transposed convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.convolution_transpose import TransposedConvolution
from engine.layers.settings import Extra, Padding, Pair


class Conv2DTranspose(TransposedConvolution, frozen=True):
    """Transposed convolution over images: each value paints a whole kernel onto a larger picture (deconvolution).

    Formula: y_(i s + u d - p), (j s + v d - p), f = g(sum over all i, j, u, v, c that meet there of x_ijc * W_uvfc +
    b_f): what a convolution with the same settings does to gradients.
    Shapes: x (N, H, W, C) -> y (N, H', W', filters); W (kernel height, kernel width, filters, C); b (filters,);
    with e = (k - 1) d + 1, valid: H' = (H - 1) s + max(e, s); same: H' = H s;
    with output padding o, valid: H' = (H - 1) s + e + o; same: H' = (H - 1) s + e mod 2 + o.
    Gradients: dx is the convolution of dy with W; dW = Pᵀ x with P the patches of dy; db = sum of dy.
    Errors: ShapeError where the input is no image; SettingError for strides and dilation both above 1.
    Source: Zeiler et al. 2010, Deconvolutional networks; Dumoulin and Visin 2016, A guide to convolution arithmetic for
    deep learning; Keras 3 Conv2DTranspose. Strides that do not divide the kernel size leave a checkerboard.
    """

    FORMULA: ClassVar[str] = "y = g(x ∗ᵀ W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "deconvolution", "transposed convolution", "upsample", "decoder", "generator", "image",
    )  # fmt: skip
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("filters", "strides")

    kernel_size: Annotated[Pair, Meta(description="Height and width of the kernel.")] = (3, 3)
    strides: Annotated[
        Pair, Meta(description="Places between two paintings, down and across: the growth.")
    ] = (
        1,
        1,
    )
    padding: Annotated[
        Padding,
        Meta(description="valid: all that is painted; same: cut to the input's size times the strides."),
    ] = "valid"
    dilation_rate: Annotated[
        Pair, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = (1, 1)
    output_padding: Annotated[
        tuple[Extra, Extra] | None,
        Meta(
            description="Rows and columns added at the end; where not given, the size is a multiple of the strides.",
            extra={"basic": False},
        ),
    ] = None

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(filters=4), ((3, 4, 2),)),
            Example(cls(filters=5, strides=(2, 2), padding="same", activation="tanh"), ((3, 2, 3),)),
            Example(cls(filters=1, strides=(2, 2), padding="same"), ((3, 3, 2),)),
            Example(cls(filters=2, kernel_size=(2, 2), strides=(3, 2), use_bias=False), ((2, 3, 2),)),
            Example(cls(filters=4, dilation_rate=(2, 1), bias_initializer="ones"), ((3, 2, 1),)),
            Example(
                cls(filters=4, strides=(2, 2), output_padding=(1, 0), kernel_regularizer="l2"), ((2, 3, 1),)
            ),
            Example(cls(filters=3, strides=(2, 2), padding="same", output_padding=(0, 1)), ((3, 2, 2),)),
            Example(cls(filters=2, kernel_size=(1, 1), kernel_initializer="he_normal"), ((2, 2, 3),)),
            Example(cls(filters=2, kernel_size=(2, 2), kernel_reparameterization="spectral"), ((2, 2, 2),)),
        )
