"""AdamW: Adam, with weights that shrink by themselves."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from engine.optimizers.adam import Adam


class AdamW(Adam, frozen=True):
    """Adam with decoupled weight decay: each step first takes a part of every weight away.

    Formula: w = w - r weight_decay w, then Adam's step. Unlike an L2 penalty it is not divided by the size of the
    gradient. As in Keras 3, biases decay like kernels, unless decay_kernels_only is set.
    Source: Loshchilov and Hutter 2019, Decoupled weight decay regularization.
    """

    FORMULA: ClassVar[str] = "w ← w − η·λ·w,   then as Adam"

    weight_decay: Annotated[
        float, Meta(ge=0, description="Part of each weight taken away, times the learning rate.")
    ] = 0.004
    decay_kernels_only: Annotated[
        bool,
        Meta(description="Weight decay leaves biases and normalization alone.", extra={"basic": False}),
    ] = False
