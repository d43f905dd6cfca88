"""Settings that many layers have, stated once: `use_bias: UseBias = True` brings type, help and form."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from engine.core.fields import ComponentValue

Padding = Literal["valid", "same"]
Extent = Annotated[int, Meta(ge=1, le=1024)]
Extra = Annotated[int, Meta(ge=0, le=1024)]
Pair = tuple[Extent, Extent]

Activation = Annotated[
    ComponentValue, Meta(description="Function applied to the output.", extra={"registry": "activation"})
]
UseBias = Annotated[bool, Meta(description="Add a trained constant to each output.")]
KernelInitializer = Annotated[
    ComponentValue, Meta(description="First values of the weights.", extra={"registry": "initializer"})
]
BiasInitializer = Annotated[
    ComponentValue,
    Meta(description="First values of the biases.", extra={"registry": "initializer", "basic": False}),
]
KernelRegularizer = Annotated[
    ComponentValue | None,
    Meta(description="Penalty on large weights.", extra={"registry": "regularizer", "basic": False}),
]
KernelReparameterization = Annotated[
    ComponentValue | None,
    Meta(
        description="What the weights pass through before they are used.",
        extra={"registry": "reparameterization", "basic": False},
    ),
]
DepthMultiplier = Annotated[
    int, Meta(ge=1, le=1024, description="Depthwise kernels, and so results, of each channel.")
]
