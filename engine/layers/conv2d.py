"""The two-dimensional convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.convolution_base import Convolution
from engine.layers.settings import Padding, Pair


class Conv2D(Convolution, frozen=True):
    """Convolution over images: one small kernel per filter slides over the picture and looks at all its channels.

    Formula: y_ijf = g(sum over u, v, c of x_(i s + u d - p), (j s + v d - p), c * W_uvcf + b_f), with stride s,
    dilation d and p zeros of padding (a cross-correlation, as in every library).
    Shapes: x (N, H, W, C) -> y (N, H', W', filters); W (kernel height, kernel width, C / groups, filters);
    b (filters,); valid: H' = floor((H - (k - 1) d - 1) / s) + 1; same: H' = ceil(H / s), the odd zero of padding at
    the end.
    Groups: with groups G, channels and filters are divided into G equal parts, in order; the filters of a part see the
    channels of that part only.
    Gradients: with P the patches as rows, y = P W: dW = Pᵀ dy; dP = dy Wᵀ, summed where patches overlap;
    db = sum of dy over all samples and places.
    Errors: ShapeError where the input is no image, smaller than the kernel, or its channels no multiple of groups;
    SettingError for strides and dilation both above 1, and for filters that are no multiple of groups.
    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition; Keras 3 Conv2D.
    """

    FORMULA: ClassVar[str] = "y = g(x ∗ W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("convolution", "cnn", "image", "filter", "kernel", "grouped")

    kernel_size: Annotated[Pair, Meta(description="Height and width of the kernel.")] = (3, 3)
    strides: Annotated[Pair, Meta(description="Step of the kernel down and across.")] = (1, 1)
    padding: Annotated[
        Padding,
        Meta(description="valid: only where the kernel fits; same: zeros around, size kept (at stride 1)."),
    ] = "valid"
    dilation_rate: Annotated[
        Pair, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = (1, 1)

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
                cls(filters=2, dilation_rate=(2, 1), padding="same", bias_initializer="ones"), ((5, 4, 4),)
            ),
            Example(
                cls(filters=2, kernel_size=(2, 2), strides=(3, 3), kernel_initializer="he_normal"),
                ((8, 8, 1),),
            ),
            Example(cls(filters=6, groups=2, padding="same"), ((4, 5, 8),)),
            Example(cls(filters=4, groups=2, kernel_size=(1, 1)), ((3, 3, 4),)),
            Example(cls(filters=6, groups=3, strides=(2, 1)), ((5, 4, 3),)),
            Example(cls(filters=2, kernel_size=(2, 2), kernel_reparameterization="spectral"), ((3, 3, 2),)),
        )
