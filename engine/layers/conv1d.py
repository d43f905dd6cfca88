"""The one-dimensional convolution."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.layers.base import Example
from engine.layers.convolution_base import Convolution
from engine.layers.settings import Extent
from engine.layers.windows import CausalPadding


class Conv1D(Convolution, frozen=True):
    """Convolution over sequences: each filter looks at a few neighbouring steps, everywhere alike.

    Formula: y_tf = g(sum over u, c of x_(t s + u d - p), c * W_ucf + b_f), with stride s, dilation d and p zeros of
    padding before the sequence.
    Shapes: x (N, T, C) -> y (N, T', filters); W (kernel, C / groups, filters); b (filters,);
    valid: T' = floor((T - (k - 1) d - 1) / s) + 1; same and causal: T' = ceil(T / s).
    Causal: all padding comes before, p = (k - 1) d, so that y_t sees no step after t s.
    Groups: with groups G, channels and filters are divided into G equal parts, in order; the filters of a part see the
    channels of that part only.
    Gradients: with P the patches as rows, y = P W: dW = Pᵀ dy; dP = dy Wᵀ, summed where patches overlap;
    db = sum of dy over all samples and steps.
    Errors: ShapeError where the input is no sequence, shorter than the kernel, or its channels no multiple of groups;
    SettingError for strides and dilation both above 1, and for filters that are no multiple of groups.
    Source: Waibel et al. 1989, Phoneme recognition using time-delay neural networks; van den Oord et al. 2016, WaveNet
    (causal and dilated); Keras 3 Conv1D.
    """

    FORMULA: ClassVar[str] = "y = g(x ∗ W + b)"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "convolution",
        "cnn",
        "sequence",
        "series",
        "causal",
        "wavenet",
        "tdnn",
    )
    RANK: ClassVar[int] = 1

    kernel_size: Annotated[Extent, Meta(description="Steps that the kernel sees at once.")] = 3
    strides: Annotated[Extent, Meta(description="Steps from one place of the kernel to the next.")] = 1
    padding: Annotated[
        CausalPadding,
        Meta(
            description="valid: only where the kernel fits; same: zeros around, length kept (at stride 1); "
            "causal: zeros before, no step sees a later one."
        ),
    ] = "valid"
    dilation_rate: Annotated[
        Extent, Meta(description="Distance between the taps of the kernel.", extra={"basic": False})
    ] = 1

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(filters=3), ((6, 2),)),
            Example(cls(filters=2, kernel_size=2, padding="same", activation="tanh"), ((5, 1),)),
            Example(cls(filters=3, padding="causal", dilation_rate=2), ((7, 4),)),
            Example(cls(filters=2, padding="causal", strides=2, bias_initializer="ones"), ((5, 4),)),
            Example(cls(filters=2, kernel_size=4, strides=3, use_bias=False), ((11, 3),)),
            Example(cls(filters=4, groups=2, padding="same", kernel_regularizer="l2"), ((4, 10),)),
            Example(cls(filters=3, kernel_size=1, kernel_initializer="he_normal"), ((3, 2),)),
            Example(cls(filters=2, kernel_size=2, kernel_reparameterization="weight"), ((4, 2),)),
        )
